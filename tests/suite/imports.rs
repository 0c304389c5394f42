//! Imports between files have one direction: there is no import cycle, and modules with many submodules have an order
//! of these.

mod modules;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use modules::Modules;
use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

/// The order of a module's submodules; each imports only those before it.
struct Order {
    module: &'static str,
    submodules: &'static [&'static str],
}

const ORDERS: [Order; 4] = [
    Order {
        module: "search",
        submodules: &["text", "cluster", "index", "query", "rank", "opensearch", "show", "run"],
    },
    Order {
        module: "replicate",
        submodules: &[
            "error",
            "place",
            "connector",
            "web",
            "objects",
            "remote",
            "take",
            "plan",
            "records",
            "target",
            "publish",
            "staging",
            "pull",
        ],
    },
    Order { module: "refresh", submodules: &["wanted", "gather", "derive", "build"] },
    Order {
        module: "serve",
        submodules: &[
            "error",
            "clock",
            "queue",
            "state",
            "middleware",
            "api",
            "pages",
            "routes",
            "schedule",
            "run",
        ],
    },
];

/// The files of the program below `src`, with their texts.
fn program() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

impl Order {
    /// The submodules that have neither a file nor a folder.
    fn missing(&self, files: &BTreeMap<String, String>) -> Vec<&'static str> {
        let is_missing = |submodule: &&&str| {
            let (file, folder) = (
                format!("{}/{submodule}.rs", self.module),
                format!("{}/{submodule}/", self.module),
            );
            !files.keys().any(|path| *path == file || path.starts_with(&folder))
        };
        self.submodules.iter().filter(is_missing).copied().collect()
    }

    /// The position of a file's submodule in the order; `None` outside the submodules.
    fn position(&self, path: &str) -> Option<usize> {
        let mut parts = path.strip_prefix(self.module)?.strip_prefix('/')?.split('/');
        let first = parts.next()?.trim_end_matches(".rs");
        self.submodules.iter().position(|submodule| *submodule == first)
    }
}

/// A description of each import cycle between files: the files, and the names that they import from each other.
fn circles(files: &BTreeMap<String, String>) -> Vec<String> {
    let modules = Modules::parse(files);
    let uses = modules.uses();
    let graph: DiGraphMap<&str, ()> = uses.iter().map(|(from, to, _)| (*from, *to)).collect();
    let components = tarjan_scc(&graph).into_iter().filter(|files| files.len() > 1);
    let mut circles: Vec<String> = components
        .map(|files| {
            let files: BTreeSet<&str> = files.into_iter().collect();
            let mut text = files.iter().copied().collect::<Vec<_>>().join(", ");
            for from in &files {
                for to in files.iter().filter(|to| *to != from) {
                    let ties = uses.iter().filter(|(one, other, _)| one == from && other == to);
                    let names: Vec<&str> = ties.map(|(_, _, name)| name.as_str()).collect();
                    if !names.is_empty() {
                        write!(text, "\n    {from} -> {to}: {}", names.join(", ")).unwrap();
                    }
                }
            }
            text
        })
        .collect();
    circles.sort();
    circles
}

/// Each import from a submodule of `order` to one that comes after it.
fn against(order: &Order, files: &BTreeMap<String, String>) -> Vec<String> {
    let modules = Modules::parse(files);
    let uses = modules.uses().into_iter().filter(|(from, to, _)| {
        order.position(from).zip(order.position(to)).is_some_and(|(from, to)| from < to)
    });
    uses.map(|(from, to, name)| format!("{from} -> {to}: {name}")).collect()
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let found = circles(&program());
    assert!(found.is_empty(), "{} import circles:\n{}", found.len(), found.join("\n"));
}

#[test]
fn submodules_import_only_those_before_them() {
    let files = program();
    for order in &ORDERS {
        let missing = order.missing(&files);
        assert!(missing.is_empty(), "{} has lost {missing:?}", order.module);
        let found = against(order, &files);
        assert!(found.is_empty(), "{}: {:?}\n{}", order.module, order.submodules, found.join("\n"));
    }
}

/// An example crate: paths below `src`, and texts.
fn tree(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_circle_is_reported_with_its_files_and_the_names_that_tie_it() {
    let files = tree(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::Item; pub struct Root; pub fn free() {}"),
        ("b.rs", "pub struct Item(super::c::Leaf);"),
        ("c.rs", "use super::{a::Root, b}; pub struct Leaf; fn f(_: Root) { crate::a::free() }"),
    ]);
    let expected = "a.rs, b.rs, c.rs\n    a.rs -> b.rs: Item\n    b.rs -> c.rs: Leaf\n    \
                    c.rs -> a.rs: Root, free";
    assert_eq!(circles(&files), [expected]);
}

#[test]
fn a_module_that_defines_items_is_a_file_like_any_other() {
    let files = tree(&[
        ("lib.rs", "pub mod outer;"),
        ("outer/mod.rs", "mod inner; pub use inner::Inner; pub struct Outer;"),
        ("outer/inner.rs", "use super::Outer; pub struct Inner(Outer);"),
    ]);
    let expected = "outer/inner.rs, outer/mod.rs\n    outer/inner.rs -> outer/mod.rs: Outer\n    \
                    outer/mod.rs -> outer/inner.rs: Inner";
    assert_eq!(circles(&files), [expected]);
}

#[test]
fn a_facade_is_no_circle() {
    let files = tree(&[
        ("lib.rs", "pub mod outer;"),
        ("outer/mod.rs", "mod inner; mod model; pub use inner::Inner; pub use model::*;"),
        ("outer/model.rs", "pub struct Outer;"),
        ("outer/inner.rs", "use super::Outer; pub struct Inner(Outer);"),
    ]);
    assert_eq!(circles(&files), [""; 0]);
}

#[test]
fn reexports_and_aliases_are_followed_to_the_file_that_defines_the_item() {
    let files = tree(&[
        ("lib.rs", "pub mod a; pub mod b; pub mod facade;"),
        ("facade.rs", "pub use crate::a::*; pub use crate::b::Item as Renamed;"),
        ("a.rs", "use crate::facade as other; pub struct Root; fn f(_: other::Renamed) {}"),
        ("b.rs", "pub struct Item; mod inner { fn f(_: crate::facade::Root) {} }"),
    ]);
    let expected = "a.rs, b.rs\n    a.rs -> b.rs: Renamed\n    b.rs -> a.rs: Root";
    assert_eq!(circles(&files), [expected]);
}

#[test]
fn paths_in_macro_bodies_count() {
    let files = tree(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub fn one() -> String { format!(\"{}\", wrap!(1 + crate::b::two(3))) }"),
        ("b.rs", "use super::a; pub fn two(_: u8) { html! { p { (a::one()) } } }"),
    ]);
    let expected = "a.rs, b.rs\n    a.rs -> b.rs: two\n    b.rs -> a.rs: one";
    assert_eq!(circles(&files), [expected]);
}

#[test]
fn imports_for_tests_do_not_count() {
    let files = tree(&[
        ("lib.rs", "mod a; mod b; #[cfg(test)] mod fixture;"),
        ("a.rs", "pub struct Root; #[cfg(test)] mod tests { fn f(_: crate::b::Item) {} }"),
        ("b.rs", "use crate::a::Root; pub struct Item(Root); impl Item { #[cfg(test)] fn f() {} }"),
    ]);
    assert_eq!(circles(&files), [""; 0]);
    let shipped = files["a.rs"].replace("#[cfg(test)]", "#[cfg(not(test))]");
    let files = files.into_iter().chain([("a.rs".to_owned(), shipped)]).collect();
    assert_eq!(circles(&files).len(), 1);
}

#[test]
fn an_import_against_the_order_of_submodules_is_reported() {
    let order = Order { module: "outer", submodules: &["low", "high"] };
    let mut files = tree(&[
        ("lib.rs", "mod outer;"),
        ("outer/mod.rs", "mod low; mod high;"),
        ("outer/low/mod.rs", "pub struct Low; fn f(_: super::high::High) {}"),
        ("outer/high/mod.rs", "pub struct High;"),
    ]);
    assert_eq!(against(&order, &files), ["outer/low/mod.rs -> outer/high/mod.rs: High"]);
    let text = files.remove("outer/high/mod.rs").unwrap();
    assert_eq!(order.missing(&files), ["high"]);
    files.insert("outer/high.rs".to_owned(), text);
    assert_eq!(order.missing(&files), [""; 0]);
    assert_eq!(against(&order, &files), ["outer/low/mod.rs -> outer/high.rs: High"]);
}
