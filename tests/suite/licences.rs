//! All dependencies have permissive licences, so that the program may be distributed.

use std::process::Command;

use serde_json::Value;

/// Licences that require no more than keeping their text and notices.
const PERMISSIVE: [&str; 15] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "0BSD",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "BSL-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "CDLA-Permissive-2.0",
];
#[test]
fn every_dependency_has_a_permissive_licence() {
    let metadata = |more: &[&str]| {
        Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .args(more)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap()
    };
    // A build fetches what this platform needs; those of others may have to be fetched first.
    let mut output = metadata(&["--offline"]);
    if !output.status.success() {
        output = metadata(&[]);
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or_default();
        let allowed =
            spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX).is_ok_and(|all| {
                all.evaluate(|requirement| {
                    let id = requirement.license.id().map(|id| id.name).unwrap_or_default();
                    PERMISSIVE.contains(&id)
                })
            });
        assert!(allowed, "{name}: {licence:?} is not among the licences that were looked at");
    }
}
