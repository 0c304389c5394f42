//! A reader of a published index: a replica in a folder of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use cairn::generation::folders;

use crate::content::{Content, content};
use crate::stores::StoreServer;
pub use crate::withdrawal::names;
use crate::world::{Output, World, output_of, repo};

/// A replica.
pub struct Reader<'a> {
    pub world: &'a World,
    /// The name of its index folder in the world.
    pub name: String,
    pub source: String,
    /// The S3 server that it uses, if it does.
    pub storage: Option<&'a StoreServer>,
}

impl<'a> Reader<'a> {
    /// A reader of `source`, which has pulled nothing yet.
    pub fn of(world: &'a World, name: &str, source: impl Into<String>) -> Reader<'a> {
        Reader { world, name: name.to_owned(), source: source.into(), storage: None }
    }

    /// A reader of the bucket of `storage`.
    pub fn of_bucket(world: &'a World, name: &str, storage: &'a StoreServer) -> Reader<'a> {
        let source = "s3://cairn/published".to_owned();
        Reader { world, name: name.to_owned(), source, storage: Some(storage) }
    }

    pub fn index(&self) -> PathBuf {
        self.world.path(&self.name)
    }

    /// The program with the index of this reader.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.world.command(arguments);
        command.arg("--index").arg(self.index());
        if let Some(storage) = self.storage {
            storage.sign_in(&mut command);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        output_of(&mut self.command(arguments))
    }

    /// Pulls with more `arguments`, and returns what is printed. `code` is the expected exit code.
    #[track_caller]
    pub fn pull(&self, arguments: &[&str], code: i32) -> String {
        let mut all = vec!["pull", self.source.as_str()];
        all.extend(arguments);
        let output = self.run(&all);
        assert_eq!(output.code, code, "{}{}", output.stdout, output.stderr);
        output.stdout + &output.stderr
    }

    /// Starts a pull.
    pub fn begin_pull(&self, arguments: &[&str]) -> Child {
        let mut all = vec!["pull", self.source.as_str()];
        all.extend(arguments);
        self.command(&all).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// The number of the current generation.
    pub fn generation(&self) -> Option<u64> {
        folders::current(&self.index()).unwrap()
    }

    /// Checks that every byte of the current generation is as it was written.
    #[track_caller]
    pub fn assert_whole(&self) {
        let index = self.index();
        let number = folders::current(&index).unwrap().unwrap();
        let damage = cairn::generation::open::examine(&index, number);
        assert!(damage.is_empty(), "{damage:?}");
    }

    pub fn content(&self) -> Content {
        content(&self.index())
    }

    /// The names in its folder of generations.
    pub fn folders(&self) -> Vec<String> {
        names(&self.index().join("generations"))
    }
}

/// Publishes to the bucket of `storage` while refreshing with more `arguments`.
#[track_caller]
pub fn publish_to_bucket(world: &World, storage: &StoreServer, arguments: &[&str], code: i32) {
    let mut all = vec!["refresh", "--publish", "s3://cairn/published"];
    all.extend(arguments);
    let output = output_of(storage.sign_in(&mut world.command(&all)));
    assert_eq!(output.code, code, "{}\n{}", output.stdout, output.stderr);
}

/// Pushes version `version` of a repository with 30 notes; only the first note differs between versions.
pub fn push(world: &World, version: usize) {
    let text = |at: usize| {
        let words = "A ranking model with position bias needs a feature store. ".repeat(20);
        format!("# Note {at}\n\n{words}\n\n## Part two of {at}\n\nDrift number{at}.\n")
    };
    let mut files: Vec<(String, String)> =
        (0..30).map(|at| (format!("docs/{at}.md"), text(at))).collect();
    files[0].1.push_str(&format!("\n## Version\n\nThe zebra of version{version}.\n"));
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    world.github.put(repo("ann/notes", &files));
}

/// A world with the repository of [`push`] and one more, refreshed once.
pub fn writer() -> World {
    let world = World::new(vec![
        repo("ann/notes", &[]),
        repo("bob/leaves", &[("a.md", "# Leaving\n\nThe quokka of bob and a feature store.\n")]),
    ]);
    push(&world, 1);
    world.refresh(&[], 0);
    world
}
