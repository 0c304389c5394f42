//! Hostile archives at full scale, run by `.ci/soak` with the release program.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::github::{Archive, RawEntry, Repo, raw_archive};
use crate::world::{World, part};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

/// Writes the content of an archive after its first file, as tar.
type Fill<'a> = &'a dyn Fn(&mut GzEncoder<Vec<u8>>);

#[test]
#[ignore = "takes minutes: .ci/soak"]
fn archives_at_full_scale() {
    let block = |name: String, size: u64, body: &[u8]| {
        let entry = RawEntry { declared: Some(size), ..RawEntry::new(name.as_bytes(), body) };
        raw_archive("").entry(entry).tar()
    };
    let zeros = vec![0_u8; 4_000_000];
    let text = "A feature store keeps training and serving alike, and position bias does not.\n\n";
    let cases: [(&str, Fill); 6] = [
        ("a bomb of 5 GB", &|out| {
            out.write_all(&block("x/z.bin".into(), 5_000_000_000, b"")).unwrap();
            (0..1_250).for_each(|_| out.write_all(&zeros).unwrap());
        }),
        ("a document of 3.9 GB", &|out| {
            out.write_all(&block("x/z.md".into(), 3_900_000_000, b"")).unwrap();
            (0..975).for_each(|_| out.write_all(&zeros).unwrap());
        }),
        ("a million entries", &|out| {
            (0..1_000_000).for_each(|at| out.write_all(&block(format!("x/{at}"), 0, b"")).unwrap());
        }),
        ("180,000 entries left out", &|out| {
            for at in 0..180_000 {
                out.write_all(&block(format!("x/a-folder/{at}.py"), 0, b"")).unwrap();
            }
        }),
        ("19,000 small documents", &|out| {
            for at in 0..19_000 {
                let body = format!("# Note {at}\n\n{text}");
                let name = format!("x/{at}.md");
                out.write_all(&block(name, body.len() as u64, body.as_bytes())).unwrap();
            }
        }),
        ("20 documents of 15 MB", &|out| {
            for at in 0..20 {
                let body = format!("# Note {at}\n\n{}", text.repeat(15_000_000 / text.len()));
                let name = format!("x/{at}.md");
                out.write_all(&block(name, body.len() as u64, body.as_bytes())).unwrap();
            }
        }),
    ];
    for (name, fill) in cases {
        refresh(name, fill);
    }
}

/// Refreshes from an archive with a note and the entries that `fill` writes.
fn refresh(name: &str, fill: Fill) {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let first = raw_archive(SHA).file("x/good.md", b"# Good\n\nFine words here.\n");
    gzip.write_all(&first.tar()).unwrap();
    fill(&mut gzip);
    gzip.write_all(&[0; 1_024]).unwrap();
    let bytes = gzip.finish().unwrap();
    let packed = bytes.len();
    let world = World::new(vec![Repo::new("eve/x", SHA, Archive::Bytes(bytes))]);
    let output = world.run(&["refresh", "--json", "-q"]);
    let run: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let peak = run["peak_bytes"].as_u64().unwrap_or(0);
    let source = part(&run, "eve/x");
    println!(
        "{name} ({:.1} MB packed): {} in {:.1} s, {:.0} MB at the peak; {} documents; {}",
        packed as f64 / 1e6,
        source["outcome"],
        run["seconds"].as_f64().unwrap_or(0.0),
        peak as f64 / 1e6,
        source["documents"],
        source["error"].as_str().unwrap_or("no error"),
    );
    assert!(matches!(output.code, 0 | 3), "{}", output.stderr);
    assert!(peak < 256_000_000, "{name}: {peak} bytes");
}
