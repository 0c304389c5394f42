//! Real repositories that change between refreshes.

use std::fs;
use std::io::Read;
use std::path::PathBuf;

use crate::github::{Archive, Repo, archive};
use crate::skip::skip;
use crate::world::{World, entry};

/// The largest tarballs of the corpus that are used, in bytes. This keeps a round short.
const LARGEST: u64 = 3_000_000;

/// A source of random choices.
pub struct Dice(pub fastrand::Rng);

impl Dice {
    /// A random one of `things`.
    pub fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.0.usize(..things.len())]
    }
}

/// A repository of the corpus that can be changed.
pub struct Changing {
    pub name: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Changing {
    /// Reads the tarball at `path`.
    fn read(path: &PathBuf) -> Changing {
        let stem =
            path.file_name().unwrap().to_str().unwrap().trim_end_matches(".tar.gz").to_owned();
        let mut tar =
            tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(path).unwrap()));
        let mut files = Vec::new();
        for file in tar.entries().unwrap() {
            let mut file = file.unwrap();
            if !file.header().entry_type().is_file() {
                continue;
            }
            let path = String::from_utf8_lossy(&file.path_bytes()).into_owned();
            let Some((_, path)) = path.split_once('/') else { continue };
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            files.push((path.to_owned(), bytes));
        }
        Changing { name: stem.replace('+', "/"), files }
    }

    /// Puts the current files on GitHub, as a new commit.
    pub fn push(&self, world: &World, dice: &mut Dice) {
        let sha: String = (0..40).map(|_| *dice.of(b"0123456789abcdef") as char).collect();
        let files: Vec<(&str, &[u8])> =
            self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let bytes = archive("x", &sha, &files);
        world.github.put(Repo::new(&self.name, &sha, Archive::Bytes(bytes)));
    }

    /// Changes every file.
    pub fn touch(&mut self, round: usize) {
        for (_, bytes) in &mut self.files {
            bytes.extend(format!("\nRound {round}.\n").as_bytes());
        }
    }

    /// Removes, copies, moves or extends a random file.
    pub fn change(&mut self, dice: &mut Dice) {
        if self.files.is_empty() {
            return;
        }
        let at = dice.0.usize(..self.files.len());
        match dice.0.u8(..6) {
            0 => drop(self.files.remove(at)),
            1 => {
                let copy = (format!("copies/{at}-{}.md", dice.0.u32(..)), self.files[at].1.clone());
                self.files.push(copy);
            }
            2 => self.files[at].0 = format!("moved/{}-{at}.md", dice.0.u32(..)),
            _ => {
                let number = dice.0.u32(..);
                let text = format!(
                    "\n\n## Added {number}\n\nPosition bias and a feature store, {number}.\n"
                );
                self.files[at].1.extend(text.as_bytes());
            }
        }
        self.files.sort();
    }
}

/// A world of at least twelve changing repositories.
pub fn changing_world() -> Option<(World, Vec<Changing>, Dice)> {
    let Some(corpus) = std::env::var_os("CAIRN_CORPUS").map(PathBuf::from) else {
        skip("a soak", "CAIRN_CORPUS names no folder of tarballs");
        return None;
    };
    let tarballs = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path());
    let mut tarballs: Vec<PathBuf> = tarballs
        .filter(|path| path.to_str().unwrap().ends_with(".tar.gz"))
        .filter(|path| fs::metadata(path).unwrap().len() <= LARGEST)
        .collect();
    tarballs.sort();
    assert!(tarballs.len() >= 12, "{} repositories", tarballs.len());
    let repositories: Vec<Changing> = tarballs.iter().map(Changing::read).collect();
    let seed = fastrand::u64(..);
    println!("{} repositories, seed {seed}", repositories.len());
    let mut dice = Dice(fastrand::Rng::with_seed(seed));
    let world = World::new(Vec::new());
    repositories.iter().for_each(|repository| repository.push(&world, &mut dice));
    let entries: Vec<String> =
        repositories.iter().map(|repository| entry(&repository.name, "")).collect();
    world.catalogue(&entries.concat());
    Some((world, repositories, dice))
}
