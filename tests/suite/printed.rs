//! Untrusted text is printed so that it can't control the terminal, hide other text or run a command.

#![cfg(unix)]

use std::fs;
use std::process::Command;

use crate::serve::{app, get};
use crate::world::{Output, World, output_of, repo, two};

/// ESC sequence, BEL, C1 CSI, RLO, isolate, zero-width space, BOM.
const HOSTILE: &str = "\u{1b}[2J\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}";
/// A file name that a shell would run, and one that begins like an option.
const RUNS: &str = "a$(touch pwned)'`id`.md";
const OPTION: &str = "-rf.md";

const NONE: [char; 0] = [];

/// The characters of `text` that no output may contain.
fn raw(text: &str) -> Vec<char> {
    let is_bidi = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_hidden =
        |c: char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}');
    let is_raw =
        |c: &char| c.is_control() && !matches!(c, '\n' | '\t') || is_bidi(*c) || is_hidden(*c);
    text.chars().filter(is_raw).collect()
}

#[track_caller]
fn assert_printable(what: &[&str], output: &Output) {
    for text in [&output.stdout, &output.stderr] {
        assert_eq!(raw(text), NONE, "{what:?}: {text:?}");
        // A line of its own is forged if a name may break lines.
        assert!(
            !text.lines().any(|line| line.trim_start().starts_with("FORGED")),
            "{what:?}: {text}"
        );
    }
}

fn note(mark: &str) -> String {
    format!(
        "---\ntitle: \"{mark} front{HOSTILE}\"\nauthor: \"{HOSTILE}\"\n---\n\n# Heading{HOSTILE} {mark}\n\n\
         Position bias of {mark} makes clicks{HOSTILE} a poor label for a ranking model. A feature store is no \
         cure for position bias.\n\nSee [the paper{HOSTILE}](https://arxiv.org/abs/1706.03762) and \
         [more](https://example.org/{mark}).\n\n## Video recommendation{HOSTILE}\n\nA video recommendation \
         system retrieves candidates with a two-tower model and ranks them{HOSTILE} by watch time.\n\n\
         ```python\nprint('{HOSTILE}')\n```\n"
    )
}

/// A world whose folder source and repository are hostile in names, titles, headings, links and text.
fn world() -> World {
    let hostile = format!("evil{HOSTILE}\nFORGED.md");
    let (one, two) = (note("one"), note("two"));
    let broken = format!("broken{HOSTILE}\nFORGED.ipynb");
    let files =
        [(hostile.as_str(), one.as_str()), ("two.md", two.as_str()), (broken.as_str(), "{")];
    let world = World::new(vec![repo("ann/evil", &files)]);
    for name in [RUNS, OPTION, &hostile] {
        fs::create_dir_all(world.path("sources/mine")).unwrap();
        fs::write(world.path("sources/mine").join(name), note("mine")).unwrap();
    }
    let id = "mine\\u001b[2J\\u202e\\nFORGED";
    world.catalogue(&format!(
        "[[source]]\nrepo = \"ann/evil\"\nwhy = \"x\"\n\n[[source]]\nfolder = \"mine\"\nid = \"{id}\"\nwhy = \"x\"\nlicence = \"MIT\"\n\n\
         [[source]]\nfolder = \"gone\\u001b[2J\\nFORGED\"\nwhy = \"x\"\n"
    ));
    world
}

/// Every command that prints untrusted text. Words in capitals are placeholders for hostile ones.
const COMMANDS: &[&[&str]] = &[
    &["refresh", "-v"],
    &["refresh", "--full", "-v", "--log-format", "json"],
    &["refresh", "--full", "--json"],
    &["search", "position bias"],
    &["search", "position bias", "--json"],
    &["search", "--", "QUERY"],
    &["section", "ann/evil", "EVIL"],
    &["section", "ID", OPTION, "--json"],
    &["section", "ann/evil", "UNKNOWN"],
    &["section", "UNKNOWN", "x"],
    &["section", "--", "ID", OPTION],
    &["status"],
    &["status", "--json"],
    &["status", "--since", "7d"],
    &["sources"],
    &["sources", "--json"],
    &["sources", "check"],
    &["sources", "remove", "UNKNOWN"],
    &["topics"],
    &["topic", "position bias"],
    &["topic", "UNKNOWN"],
    &["related", "position bias"],
    &["learn", "position bias"],
    &["path", "position bias", "feature store"],
    &["resources"],
    &["resources", "--json"],
    &["guide"],
    &["guide", "video recommendation"],
    &["guide", "UNKNOWN"],
    &["vocabulary", "suggest"],
    &["export", "graph", "--format", "turtle"],
    &["export", "graph", "--format", "graphml"],
    &["export", "graph", "--format", "dot"],
    &["export", "deck", "--topic", "position bias", "--format", "csv"],
    &["export", "deck", "--case", "video recommendation", "--format", "csv"],
    &["doctor", "--offline"],
    &["doctor"],
    &["--index", "UNKNOWN", "status"],
];

#[test]
fn no_command_prints_a_character_that_steers_the_terminal() {
    let world = world();
    let id = "mine\u{1b}[2J\u{202e}\nFORGED";
    let evil = format!("evil{HOSTILE}\nFORGED.md");
    let unknown = format!("no{HOSTILE}\nFORGED");
    let query = format!("nothing{HOSTILE} -x{HOSTILE} source:{HOSTILE} posision");
    let mut shown = String::new();
    for words in COMMANDS {
        let word = |word: &&'static str| match *word {
            "ID" => id.to_owned(),
            "EVIL" => evil.clone(),
            "UNKNOWN" => unknown.clone(),
            "QUERY" => query.clone(),
            word => word.to_owned(),
        };
        let words: Vec<String> = words.iter().map(word).collect();
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = world.run(&arguments);
        assert_printable(&arguments, &output);
        shown.push_str(&output.stdout);
        shown.push_str(&output.stderr);
    }
    for escaped in
        ["\\u{1b}[2J", "\\u{9b}31m", "\\u{202e}", "\\u{200b}", "\\nFORGED", "\\u001b", "\\u009b"]
    {
        assert!(shown.contains(escaped), "{escaped} was never printed");
    }
    world.write(
        "sources/catalogue.toml",
        "[[source]]\nrepo = \"\\u001b[2J\\nFORGED\"\nwhy = \"x\"\n",
    );
    for arguments in [&["sources", "check"][..], &["refresh"], &["doctor", "--offline"]] {
        let output = world.run(arguments);
        assert_ne!(output.code, 0);
        assert_printable(arguments, &output);
    }
}

#[test]
fn feeds_and_exports_of_hostile_names_are_well_formed() {
    let world = world();
    world.run(&["refresh", "-q"]);
    // A new source is one entry; a new document has one of its own.
    let later = world.path("sources/mine").join(format!("later{HOSTILE}\n.md"));
    fs::write(later, note("later")).unwrap();
    world.run(&["refresh", "-q"]);
    let app = app(&world);
    let parsed = |name: &str, xml: &str| {
        let mut reader = quick_xml::Reader::from_str(xml);
        let mut events = 0;
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => events += 1,
                Err(error) => panic!("{name}: {error}"),
            }
        }
        assert!(events > 20, "{name}: {xml}");
        assert_eq!(raw(xml), NONE, "{name}");
        // As character references, too, XML 1.0 forbids them.
        assert!(!xml.contains("&#x1b;") && !xml.contains("&#27;"), "{name}");
    };
    let (_, _, feed) = get(&app, "/feed.atom");
    assert!(feed.contains("Heading[2J31m") || feed.contains("front[2J31m"), "{feed}");
    parsed("feed.atom", &feed);
    let (_, _, feed) = get(&app, "/feed.atom?source=%1b%c2%9b%e2%80%ae");
    assert_eq!(raw(&feed), NONE);
    parsed("graphml", &world.run(&["export", "graph", "--format", "graphml"]).stdout);
}

#[test]
fn a_printed_command_opens_the_file_and_runs_nothing_of_its_name() {
    let world = World::new(Vec::new());
    for name in [RUNS, OPTION] {
        fs::create_dir_all(world.path("sources/mine")).unwrap();
        fs::write(world.path("sources/mine").join(name), "# Quokka\n\nQuokkas rank well.\n")
            .unwrap();
    }
    world.catalogue("[[source]]\nfolder = \"mine\"\nwhy = \"x\"\nlicence = \"MIT\"\n");
    world.refresh(&[], 0);
    let found = world.run(&["search", "quokka"]).stdout;
    let hits = world.run(&["search", "quokka", "--json"]).json();
    let folded = hits["hits"][0]["duplicates"].as_array().unwrap().len();
    let printed: Vec<&str> =
        found.lines().map(str::trim).filter(|line| line.starts_with("cairn section")).collect();
    assert_eq!(printed.len() + folded, 2, "{found}");
    // Both names, whichever of the two copies was printed.
    let quoted = r"cairn section --line 1 -- mine 'a$(touch pwned)'\''`id`.md'";
    let option = "cairn section --line 1 -- mine -rf.md";
    assert!(printed.iter().all(|line| [quoted, option].contains(line)), "{printed:?}");
    let program = env!("CARGO_BIN_EXE_cairn");
    for line in [quoted, option] {
        let mut shell = Command::new("sh");
        let settings = world.command(&[]);
        let settings = settings.get_envs().filter_map(|(name, value)| Some((name, value?)));
        shell.envs(settings).current_dir(world.path("."));
        let output =
            output_of(shell.args(["-c", &format!("cairn() {{ {program:?} \"$@\"; }}; {line}")]));
        assert_eq!(output.code, 0, "{line}: {}", output.stderr);
        assert!(output.stdout.contains("Quokkas rank well."), "{line}: {}", output.stdout);
    }
    assert!(!world.path("pwned").exists());
}

#[test]
fn advice_acts_on_the_index_that_the_command_line_named() {
    let world = two();
    let run = |arguments: &[&str]| {
        let mut command = world.command(arguments);
        output_of(command.env_remove("CAIRN_INDEX").env_remove("CAIRN_SOURCES"))
    };
    let named = ["--index", "it's mine", "--sources", "sources"];
    let all = |arguments: &[&'static str]| run(&[&named, arguments].concat());
    let options = r"cairn --index 'it'\''s mine' --sources sources";
    let early = all(&["search", "bias"]).stderr;
    assert!(early.contains(&format!("`{options} refresh` builds it")), "{early}");
    let first = all(&["refresh", "notes"]);
    assert!(first.stderr.contains("fetching 1 source\n"), "{}", first.stderr);
    assert_eq!(all(&["refresh", "-q"]).code, 0);
    let found = all(&["search", "feature store serves"]).stdout;
    assert!(found.contains(&format!("{options} section --line ")), "{found}");
    fs::remove_file(world.path("it's mine/library.db")).unwrap();
    let doctor = all(&["doctor", "--offline"]).stdout;
    assert!(doctor.contains(&format!("`{options} refresh` fetches every source")), "{doctor}");
    // As it is printed, it works.
    let line = format!("{options} refresh -q").replace("cairn", env!("CARGO_BIN_EXE_cairn"));
    let mut shell = Command::new("sh");
    let own = world.command(&[]);
    let variables = own.get_envs().filter_map(|(name, value)| Some((name, value?)));
    shell.args(["-c", &line]).current_dir(world.path("")).envs(variables);
    assert_eq!(output_of(&mut shell).code, 0);
    assert!(world.path("it's mine/library.db").exists());

    // Nothing is added to what the current folder or the environment says.
    let plain = run(&["search", "bias"]).stderr;
    assert!(plain.contains("the index ./index is not there yet; `cairn refresh`"), "{plain}");
    let by_environment = world.run(&["search", "bias"]).stderr;
    assert!(by_environment.contains("`cairn refresh` builds it"), "{by_environment}");
}
