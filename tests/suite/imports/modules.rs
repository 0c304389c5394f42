//! The modules of a crate as the compiler sees them outside tests: files, items, imports and paths. [`super`] builds
//! the import graph from them.

mod items;

use std::collections::{BTreeMap, BTreeSet};

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemUse, Macro, Path, UseTree, Visibility};

use items::{attributes, is_test, name};

/// A name that an import binds in its module, or a glob import.
struct Import {
    /// The bound name; `None` for a glob.
    name: Option<String>,
    path: Vec<String>,
}

/// A module of the crate: a file, or an inline module of one.
#[derive(Default)]
struct Module {
    /// The path below `src`.
    file: String,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Every path in code and in macro bodies, without those of the imports.
    paths: BTreeSet<Vec<String>>,
    /// Whether it defines items. A module that only declares modules and re-exports items is a facade.
    defines: bool,
}

/// The target of a path.
#[derive(Clone, Copy, PartialEq)]
enum Found {
    /// An item that this module defines.
    Item(usize),
    Module(usize),
}

/// The modules of a crate, the root first.
pub struct Modules(Vec<Module>);

impl Modules {
    /// Parses `lib.rs` and every module file that it declares, except those for tests only.
    /// `files` maps paths below `src` to texts.
    pub fn parse(files: &BTreeMap<String, String>) -> Modules {
        let mut modules = Modules(Vec::new());
        modules.file(files, "lib.rs", None);
        modules
    }

    fn file(
        &mut self,
        files: &BTreeMap<String, String>,
        path: &str,
        parent: Option<usize>,
    ) -> usize {
        let text = files.get(path).unwrap_or_else(|| panic!("no file {path}"));
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let below = match name {
            "lib.rs" | "mod.rs" => folder.to_owned(),
            _ => join(folder, name.trim_end_matches(".rs")),
        };
        self.module(files, path, &below, parent, &syntax.items)
    }

    /// Adds the module with `items`; files of its children are in the folder `below`.
    fn module(
        &mut self,
        files: &BTreeMap<String, String>,
        file: &str,
        below: &str,
        parent: Option<usize>,
        items: &[Item],
    ) -> usize {
        let own = self.0.len();
        self.0.push(Module { file: file.to_owned(), parent, ..Module::default() });
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            if let Item::Mod(declared) = item {
                let name = declared.ident.to_string();
                let folder = join(below, &name);
                let child = match &declared.content {
                    Some((_, items)) => self.module(files, file, &folder, Some(own), items),
                    None => {
                        let flat = format!("{folder}.rs");
                        let nested = format!("{folder}/mod.rs");
                        let path = if files.contains_key(&flat) { flat } else { nested };
                        self.file(files, &path, Some(own))
                    }
                };
                self.0[own].children.insert(name, child);
            } else {
                let module = &mut self.0[own];
                module.defines |= !matches!(item, Item::Use(_));
                module.items.extend(name(item));
                module.visit_item(item);
            }
        }
        own
    }

    /// Every use of an item that another file defines: the file that uses it, the file that
    /// defines it, and the item's name. Facades use nothing.
    pub fn uses(&self) -> BTreeSet<(&str, &str, String)> {
        let mut uses = BTreeSet::new();
        for (own, module) in self.0.iter().enumerate().filter(|(_, module)| module.defines) {
            let imported = module.imports.iter().map(|import| &import.path);
            for path in module.paths.iter().chain(imported) {
                for (name, found) in self.resolve(own, path, &mut Vec::new()) {
                    if let Found::Item(at) = found
                        && self.0[at].file != module.file
                    {
                        uses.insert((module.file.as_str(), self.0[at].file.as_str(), name));
                    }
                }
            }
        }
        uses
    }

    /// The targets of `path` in the module `own`, each with the name of the last segment that was followed. Empty for a
    /// path into another crate. `open` has the imports that are being followed, so that a cycle of them ends.
    fn resolve(
        &self,
        own: usize,
        path: &[String],
        open: &mut Vec<(usize, usize)>,
    ) -> Vec<(String, Found)> {
        let mut segments = path.iter();
        let Some(first) = segments.next() else { return Vec::new() };
        let mut found = match first.as_str() {
            "crate" => vec![Found::Module(0)],
            "self" => vec![Found::Module(own)],
            "super" => self.0[own].parent.map(Found::Module).into_iter().collect(),
            name => self.lookup(own, name, open),
        };
        let mut last = first;
        for segment in segments {
            let modules: Vec<usize> = found.iter().filter_map(|found| found.module()).collect();
            if modules.is_empty() {
                break;
            }
            last = segment;
            found = modules.iter().flat_map(|at| self.step(*at, segment, open)).collect();
        }
        found.into_iter().map(|found| (last.clone(), found)).collect()
    }

    /// The targets of `segment` inside the module `at`. A name that is not found there counts as an item of the module:
    /// a macro defines it, or the module re-exports it from another crate.
    fn step(&self, at: usize, segment: &str, open: &mut Vec<(usize, usize)>) -> Vec<Found> {
        match segment {
            "self" => vec![Found::Module(at)],
            "super" => self.0[at].parent.map(Found::Module).into_iter().collect(),
            name => {
                let found = self.lookup(at, name, open);
                if found.is_empty() { vec![Found::Item(at)] } else { found }
            }
        }
    }

    fn lookup(&self, at: usize, name: &str, open: &mut Vec<(usize, usize)>) -> Vec<Found> {
        let module = &self.0[at];
        let mut found = Vec::new();
        found.extend(module.items.contains(name).then_some(Found::Item(at)));
        found.extend(module.children.get(name).copied().map(Found::Module));
        for (number, import) in module.imports.iter().enumerate() {
            let is_wanted = import.name.as_deref().is_none_or(|bound| bound == name);
            if !is_wanted || open.contains(&(at, number)) {
                continue;
            }
            open.push((at, number));
            let targets = self.resolve(at, &import.path, open);
            for (_, target) in targets {
                match (target, &import.name) {
                    (Found::Module(inner), None) => found.extend(self.lookup(inner, name, open)),
                    (_, None) => {}
                    (target, Some(_)) => found.push(target),
                }
            }
            open.pop();
        }
        found
    }
}

impl Found {
    fn module(self) -> Option<usize> {
        match self {
            Found::Module(at) => Some(at),
            Found::Item(_) => None,
        }
    }
}

impl Module {
    fn import(&mut self, tree: &UseTree, path: &mut Vec<String>) {
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.import(&inner.tree, path);
                path.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, path)),
            UseTree::Name(name) if name.ident == "self" => {
                self.imports.push(Import { name: path.last().cloned(), path: path.clone() });
            }
            UseTree::Name(name) => self.bind(&name.ident, &name.ident, path),
            UseTree::Rename(name) => self.bind(&name.rename, &name.ident, path),
            UseTree::Glob(_) => self.imports.push(Import { name: None, path: path.clone() }),
        }
    }

    fn bind(&mut self, name: &syn::Ident, last: &syn::Ident, path: &[String]) {
        let path = path.iter().cloned().chain([last.to_string()]).collect();
        self.imports.push(Import { name: Some(name.to_string()), path });
    }

    /// Reads the paths in a macro's body: identifiers joined by `::`. The rest of the syntax is the macro's own.
    fn tokens(&mut self, mut cursor: Cursor) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        while !cursor.eof() {
            if let Some((inside, _, _, rest)) = cursor.any_group() {
                self.tokens(inside);
                cursor = rest;
            } else if let Some((ident, rest)) = cursor.ident() {
                if colons != 2 {
                    self.paths.insert(std::mem::take(&mut path));
                }
                path.push(ident.to_string());
                colons = 0;
                cursor = rest;
                continue;
            } else if let Some((punct, rest)) = cursor.punct() {
                cursor = rest;
                if punct.as_char() == ':' {
                    colons += 1;
                    continue;
                }
            } else if let Some((_, rest)) = cursor.token_tree() {
                cursor = rest;
            }
            self.paths.insert(std::mem::take(&mut path));
            colons = 0;
        }
        self.paths.insert(path);
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes: &[Attribute] = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.paths.insert(path.segments.iter().map(|part| part.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.tokens(TokenBuffer::new2(call.tokens.clone()).begin());
    }

    /// `pub(in crate::search)` is not an import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
