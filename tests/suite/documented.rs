//! Compares the lists and figures of the documentation with the program: commands, routes, settings, catalogue keys,
//! topics, and the tests and files that docs/security.md names.

use std::collections::BTreeSet;
use std::fs;

use cairn::commands::Cli;
use clap::CommandFactory;

use crate::doc_pages::{DocPage, root};
use crate::docs::first_start;
use crate::serve::{app, json};
use crate::world::{World, text};

#[test]
fn every_command_is_documented() {
    let page = DocPage::of("docs/api.md");
    let command = Cli::command();
    let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
    for name in shown.map(clap::Command::get_name) {
        let row = page.text.lines().find(|line| {
            line.starts_with("| `")
                && [' ', '`'].iter().any(|end| line.contains(&format!("`cairn {name}{end}")))
        });
        assert!(row.is_some(), "docs/api.md lists no `cairn {name}`");
    }
}

#[test]
fn every_route_of_the_api_is_documented_with_its_parameters() {
    let world = first_start();
    let api = json(&app(&world), "/openapi.json", 200);
    let page = DocPage::of("docs/api.md");
    let paths = api["paths"].as_object().unwrap();
    assert!(paths.len() > 10, "{paths:?}");
    for (path, methods) in paths {
        let route = path.strip_prefix("/api/v1/").unwrap();
        let row = page.text.lines().find(|line| line.starts_with(&format!("| `{route}`")));
        let row = row.unwrap_or_else(|| panic!("docs/api.md has no row for {route}"));
        for parameter in methods["get"]["parameters"].as_array().into_iter().flatten() {
            let name = text(&parameter["name"]);
            let is_named =
                [format!("`{name}`"), format!("{{{name}}}")].iter().any(|name| row.contains(name));
            assert!(is_named, "the row of {route} lacks {name}: {row}");
        }
    }
}

#[test]
fn the_number_of_topics_is_that_of_the_vocabulary() {
    let world = first_start();
    let view = world.run(&["topics", "--json"]).json();
    let topics = view["topics"].as_array().unwrap().len();
    let figures: Vec<(String, usize)> = DocPage::all()
        .iter()
        .filter(|page| !page.path.ends_with("CHANGELOG.md"))
        .flat_map(|page| {
            let flat = page.text.split_whitespace().collect::<Vec<_>>();
            let numbers = flat.windows(2).filter(|pair| pair[1].starts_with("topics"));
            let numbers = numbers
                .filter_map(|pair| Some((pair.join(" "), pair[0].replace(',', "").parse().ok()?)));
            numbers.filter(|(_, number)| *number > 100).collect::<Vec<(String, usize)>>()
        })
        .collect();
    assert!(!figures.is_empty(), "no page says how many topics there are");
    for (said, number) in figures {
        assert_eq!(number, topics, "{said}");
    }
}

#[test]
fn the_configuration_that_is_shown_is_read_and_has_every_key() {
    let page = DocPage::of("docs/operating.md");
    let world = World::new(Vec::new());
    world.write("secret", "a-token\n");
    let secret = world.path("secret").display().to_string();
    let shown: Vec<&str> = page
        .blocks
        .iter()
        .filter(|(info, _)| info == "toml")
        .map(|(_, text)| text.as_str())
        .collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    for settings in &shown {
        // What is commented out there must be read, too, where it says nothing of this machine's folders.
        let lines = settings.lines().map(|line| match line.strip_prefix("# ") {
            Some(rest)
                if !["index", "sources", "time_zone"].iter().any(|key| rest.starts_with(key)) =>
            {
                rest
            }
            _ => line,
        });
        let text = lines.collect::<Vec<_>>().join("\n").replace("HOST", "git.example.org");
        let text = ["cairn", "github"]
            .iter()
            .fold(text, |text, name| text.replace(&format!("/run/secrets/{name}"), &secret));
        world.settings(&text);
        let output = world.run(&["sources", "check"]);
        assert_eq!(output.code, 0, "{}\n{text}", output.stderr);
    }
    for section in ["refresh", "serve", "github", "search"] {
        world.settings(&format!("[{section}]\nno_such_key = 1\n"));
        let refusal = world.run(&["sources", "check"]).stderr;
        let (_, keys) =
            refusal.split_once("expected one of").unwrap_or_else(|| panic!("{refusal}"));
        let keys: Vec<&str> = keys.split('`').skip(1).step_by(2).collect();
        assert!(keys.len() > 3, "{keys:?}");
        for key in keys {
            assert!(
                shown[0].contains(&format!("{key} = ")),
                "docs/operating.md lacks {key} of [{section}]"
            );
        }
    }
}

#[test]
fn defaults_that_are_shown_are_those_of_the_program() {
    let page = DocPage::of("docs/operating.md");
    let shown = page
        .blocks
        .iter()
        .find(|(info, text)| info == "toml" && text.contains("[refresh]"))
        .unwrap();
    let with = |settings: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("named.toml");
        fs::write(&file, settings).unwrap();
        let overrides = cairn::config::ConfigOverrides { config: Some(file), ..Default::default() };
        cairn::config::Config { file: None, ..cairn::config::load(&overrides).unwrap() }
    };
    assert_eq!(format!("{:#?}", with(&shown.1)), format!("{:#?}", with("")));
}

#[test]
fn catalogue_entries_that_are_shown_have_no_fault() {
    let page = DocPage::of("docs/sources.md");
    let entries: Vec<&str> = page
        .blocks
        .iter()
        .filter(|(info, _)| info == "toml")
        .map(|(_, text)| text.as_str())
        .collect();
    assert!(entries.len() >= 3, "{entries:?}");
    for text in entries {
        let catalogue = cairn::catalogue::parse("docs/sources.md", text).unwrap();
        assert!(!catalogue.sources.is_empty(), "{text}");
    }
}

#[test]
fn limits_that_are_shown_are_those_of_the_policy() {
    let shipped = cairn::config::DataFiles::Disk(root().join("sources"));
    let limits = cairn::catalogue::policy::load(&shipped).unwrap().limits;
    let page = DocPage::of("docs/sources.md");
    for (name, value) in [
        ("files that are read", limits.files),
        ("bytes of all files", limits.kept_bytes),
        ("bytes of text that are indexed", limits.text_bytes),
        ("bytes of one file", limits.file_bytes),
        ("an archive, compressed", limits.download_bytes),
        ("an archive, unpacked", limits.archive_bytes),
        ("entries of an archive", limits.entries),
        ("folders above a file", limits.path_depth),
    ] {
        let row = page.text.lines().find_map(|line| line.strip_prefix(&format!("| {name} | ")));
        let shown =
            row.unwrap_or_else(|| panic!("docs/sources.md lacks {name}")).trim_end_matches(" |");
        let (number, unit) = shown.split_once(' ').unwrap_or((shown, ""));
        let unit = match unit {
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => 1,
        };
        assert_eq!(number.replace(',', "").parse::<u64>().unwrap() * unit, value, "{name}");
    }
}

/// Whether `code` defines a type `owner`, and a function, field or variant `item`.
fn has_item(code: &str, owner: &str, item: &str) -> bool {
    let defines = |form: &str, name: &str| {
        code.match_indices(&format!("{form}{name}")).any(|(at, found)| {
            !code[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
        })
    };
    ["struct ", "enum "].iter().any(|form| defines(form, owner))
        && ["fn ", "pub ", "    "].iter().any(|form| defines(form, item))
}

#[test]
fn tests_files_and_types_that_the_security_page_names_exist() {
    let mut sources = BTreeSet::new();
    let mut all = String::new();
    for folder in ["src", "tests/suite", "tests/github"] {
        for entry in walkdir::WalkDir::new(root().join(folder)) {
            let entry = entry.unwrap();
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                all.push_str(&fs::read_to_string(entry.path()).unwrap());
            }
            sources.insert(entry.path().strip_prefix(root()).unwrap().display().to_string());
        }
    }
    let page = DocPage::of("docs/security.md");
    let (mut tests, mut files, mut types) = (0, 0, 0);
    for name in page.text.split('`').skip(1).step_by(2) {
        if name.matches('_').count() >= 2
            && name.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
        {
            tests += 1;
            let is_there =
                all.contains(&format!("fn {name}(")) || all.contains(&format!("{name}:"));
            assert!(is_there, "docs/security.md names {name}, which is no test or setting");
        } else if name.ends_with(".rs") && !name.contains(' ') {
            files += 1;
            let places = [name.to_owned(), format!("src/{name}"), format!("src/generation/{name}")];
            assert!(
                places.iter().any(|place| sources.contains(place)),
                "docs/security.md names {name}, which is no file"
            );
        } else if let Some((owner, item)) = name.split_once("::")
            && owner.starts_with(|c: char| c.is_ascii_uppercase())
        {
            types += 1;
            assert!(has_item(&all, owner, item), "docs/security.md names {name}, which is no item");
        }
    }
    assert!(tests > 100 && files > 50 && types > 5, "{tests} tests, {files} files, {types} items");
}
