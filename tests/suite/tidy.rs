//! Checks of the architecture: module order, purity, which modules may name the HTTP client, opening lines, and what
//! the project must not name.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules in the order of the data flow. Each imports only those before it.
const ORDER: [&str; 25] = [
    "printable",
    "problem",
    "disk",
    "recent",
    "config",
    "catalogue",
    "vocabulary",
    "http_client",
    "crawl",
    "extract",
    "meaning",
    "annotate",
    "store",
    "search",
    "graph",
    "generation",
    "replicate",
    "refresh",
    "backup",
    "library",
    "eval",
    "typeset",
    "assistant",
    "serve",
    "commands",
];

pub(crate) fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    files
}

/// The module that a file of `src` belongs to; `None` for `lib.rs` and `main.rs`.
fn module_of(path: &Path) -> Option<usize> {
    let inner = path.strip_prefix("src").unwrap();
    let first = inner.components().next()?.as_os_str().to_str()?;
    ORDER.iter().position(|module| *module == first.trim_end_matches(".rs"))
}

/// The parts of `text` that are compiled outside tests, without comments.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = before_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_import_only_modules_above_them() {
    for (path, text) in rust_files("src") {
        let Some(own) = module_of(&path) else { continue };
        for (at, module) in ORDER.iter().enumerate().skip(own + 1) {
            let names = code(&text).contains(&format!("crate::{module}"));
            assert!(!names, "{} is of `{}` and names `{}`", path.display(), ORDER[own], ORDER[at]);
        }
        let siblings = [("search", "graph"), ("graph", "search")];
        for (one, other) in siblings.iter().filter(|(one, _)| *one == ORDER[own]) {
            let names = code(&text).contains(&format!("crate::{other}"));
            assert!(!names, "{}: `{one}` and `{other}` never import each other", path.display());
        }
    }
}

#[test]
fn lib_lists_the_modules_in_the_order_of_the_data_flow() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let listed: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, ORDER);
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    for folder in ["src", "tests", "examples", "benches"] {
        for (path, text) in rust_files(folder) {
            assert!(text.starts_with("//! "), "{} does not open with //!", path.display());
        }
    }
}

#[test]
fn http_clients_are_made_in_one_place_and_used_by_few_modules_only() {
    let users: [(&str, &[&str]); 3] = [
        ("reqwest", &["src/http_client.rs", "src/crawl/", "src/replicate/", "src/search/cluster/"]),
        ("octocrab", &["src/crawl/"]),
        ("object_store", &["src/replicate/"]),
    ];
    for (path, text) in rust_files("src") {
        let code = code(&text);
        let module = module_of(&path).map(|at| ORDER[at]).unwrap_or_default();
        for (library, places) in users {
            let may = places.iter().any(|place| path.to_string_lossy().starts_with(place));
            assert!(may || !code.contains(library), "{} names {library}", path.display());
        }
        for makes in ["Client::builder(", "Client::new(", "ClientBuilder::new(", "Client::default("]
        {
            let is_whole = |at| !code[..at].ends_with(|c: char| c.is_alphanumeric());
            let found = code.match_indices(makes).any(|(at, _)| is_whole(at));
            assert!(module == "http_client" || !found, "{} makes a client", path.display());
        }
    }
}

#[test]
fn pure_stages_touch_nothing() {
    for (path, text) in rust_files("src") {
        let code = code(&text);
        let module = module_of(&path).map(|at| ORDER[at]);
        if matches!(module, Some("extract" | "annotate")) {
            for impure in ["std::fs", "std::net", "std::env", "std::process", "tokio", "SystemTime"]
            {
                assert!(!code.contains(impure), "{} names {impure}", path.display());
            }
        }
    }
}

#[test]
fn commands_print_through_one_place() {
    for (path, text) in rust_files("src/commands") {
        // Exports are files, and assistants speak a protocol. The pager gets what `output.rs` prints.
        if ["output.rs", "pager.rs", "export.rs", "mcp/mod.rs"]
            .iter()
            .any(|name| path.ends_with(name))
        {
            continue;
        }
        for unescaped in ["println!(", "print!(", "stdout().lock()", "io::stdout"] {
            let is_escaped = |line: &str| line.contains("escape(") || line.contains("{backtrace}");
            let found = code(&text).lines().any(|l| l.contains(unescaped) && !is_escaped(l));
            assert!(!found, "{} prints with {unescaped}", path.display());
        }
    }
}

#[test]
fn files_stay_readable_and_allows_have_reasons() {
    for (path, text) in ["src", "tests", "examples", "benches"].into_iter().flat_map(rust_files) {
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
        for (at, line) in text.lines().enumerate() {
            let allows = line.trim_start().starts_with("#[allow(") || line.starts_with("#![allow(");
            let near: String = text.lines().skip(at).take(6).collect();
            assert!(!allows || near.contains("reason"), "{}:{}", path.display(), at + 1);
        }
    }
}
