//! Reads TOML tables key by key and collects all faults.
//!
//! serde stops at the first error, but a person who edits a catalogue needs all of them, each with its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::DataFiles;
use crate::problem::{Faults, line_of};

/// A data file: its name, for messages, and its text.
pub(super) struct DataFile<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl<'a> DataFile<'a> {
    /// The file's tables, as far as they can be parsed. Adds syntax errors to `faults`.
    pub fn document(&self, faults: &mut Faults) -> Spanned<DeTable<'a>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let line = error.span().map_or(1, |span| self.line(span));
            faults.push(self.name, line, error.message().trim());
        }
        document
    }

    /// The 1-based number of the line on which the byte range `span` begins.
    pub fn line(&self, span: Range<usize>) -> usize {
        line_of(self.text, span.start)
    }
}

/// One table, read key by key. [`TableFields::finish`] reports the keys that were not read.
pub(super) struct TableFields<'a> {
    file: &'a DataFile<'a>,
    table: &'a DeTable<'a>,
    known: Vec<&'static str>,
    /// The number of the line on which the table begins.
    pub line: usize,
}

impl<'a> TableFields<'a> {
    /// The fields of `table`, which begins at `line`.
    pub fn new(file: &'a DataFile<'a>, table: &'a DeTable<'a>, line: usize) -> Self {
        TableFields { file, table, known: Vec::new(), line }
    }

    /// The line number and the value of `key`; `None` if the key is missing. Marks the key as known.
    pub fn value(&mut self, key: &'static str) -> Option<(usize, &'a DeValue<'a>)> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let value = self.table.get(key)?;
        Some((self.file.line(value.span()), value.get_ref()))
    }

    /// The line number and the string at `key`; `None` if the key is missing. Adds a fault if the value has another
    /// type.
    pub fn string(&mut self, key: &'static str, faults: &mut Faults) -> Option<(usize, String)> {
        let (line, value) = self.value(key)?;
        match value.as_str() {
            Some(text) => Some((line, text.to_owned())),
            None => {
                let found = value.type_str();
                faults.push(self.file.name, line, format!("`{key}` must be a string, not {found}"));
                None
            }
        }
    }

    /// The line number and the boolean at `key`; `None` if the key is missing. Adds a fault if the value has another
    /// type.
    pub fn boolean(&mut self, key: &'static str, faults: &mut Faults) -> Option<(usize, bool)> {
        let (line, value) = self.value(key)?;
        let DeValue::Boolean(is) = value else {
            let found = value.type_str();
            let message = format!("`{key}` must be true or false, not {found}");
            faults.push(self.file.name, line, message);
            return None;
        };
        Some((line, *is))
    }

    /// The strings of the array at `key`, each with its line number; empty if the key is missing. Adds a fault if the
    /// value is not an array, and a fault for each item that is not a string.
    pub fn strings(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(usize, String)> {
        let Some((line, value)) = self.value(key) else { return Vec::new() };
        let Some(array) = value.as_array() else {
            let found = value.type_str();
            let message = format!("`{key}` must be an array of strings, not {found}");
            faults.push(self.file.name, line, message);
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in array.iter() {
            let line = self.file.line(item.span());
            match item.get_ref().as_str() {
                Some(text) => strings.push((line, text.to_owned())),
                None => faults.push(self.file.name, line, format!("`{key}` holds only strings")),
            }
        }
        strings
    }

    /// Like [`TableFields::strings`], but also adds a fault if the key is missing or the array is empty.
    pub fn some_strings(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(usize, String)> {
        match self.value(key) {
            None => {
                faults.push(self.file.name, self.line, format!("`{key}` is missing"));
                Vec::new()
            }
            Some((line, value)) => {
                if value.as_array().is_some_and(|array| array.is_empty()) {
                    faults.push(self.file.name, line, format!("`{key}` is empty"));
                }
                self.strings(key, faults)
            }
        }
    }

    /// Returns the positive integer at `key`. If the key is missing or the value is anything else, adds a fault and
    /// returns 1.
    pub fn number(&mut self, key: &'static str, faults: &mut Faults) -> u64 {
        let Some((line, value)) = self.value(key) else {
            faults.push(self.file.name, self.line, format!("`{key}` is missing"));
            return 1;
        };
        let number = value.as_integer().and_then(|integer| integer.as_str().parse().ok());
        match number {
            Some(number) if number > 0 => number,
            _ => {
                let message = format!("`{key}` must be a positive whole number");
                faults.push(self.file.name, line, message);
                1
            }
        }
    }

    /// The fields of the table at `key`. Adds a fault if the key is missing or the value has another type.
    pub fn table(&mut self, key: &'static str, faults: &mut Faults) -> Option<TableFields<'a>> {
        let Some((line, value)) = self.value(key) else {
            faults.push(self.file.name, self.line, format!("the table [{key}] is missing"));
            return None;
        };
        match value.as_table() {
            Some(table) => Some(TableFields::new(self.file, table, line)),
            None => {
                faults.push(self.file.name, line, format!("`{key}` must be a table"));
                None
            }
        }
    }

    /// The fields of each table in the array at `key`; empty if the key is missing. Adds a fault if the value is not an
    /// array, and a fault for each item that is not a table.
    pub fn tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<TableFields<'a>> {
        let Some((line, value)) = self.value(key) else { return Vec::new() };
        let Some(array) = value.as_array() else {
            let found = value.type_str();
            let message = format!("`{key}` must be an array of tables, not {found}");
            faults.push(self.file.name, line, message);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array.iter() {
            let line = self.file.line(item.span());
            match item.get_ref().as_table() {
                Some(table) => tables.push(TableFields::new(self.file, table, line)),
                None => faults.push(self.file.name, line, format!("`{key}` holds only tables")),
            }
        }
        tables
    }

    /// Adds a fault for every key of the table that was not read.
    pub fn finish(self, faults: &mut Faults) {
        for (key, _) in self.table.iter() {
            if !self.known.iter().any(|known| known == key.get_ref()) {
                let line = self.file.line(key.span());
                let known = self.known.join(", ");
                let message = format!("unknown key `{}`; known here: {known}", key.get_ref());
                faults.push(self.file.name, line, message);
            }
        }
    }
}

/// Parses the data file `path` with `parse`, which gets the file's name and text. `Err` if the file is missing or can't
/// be read, or if `parse` fails.
pub(super) fn load_file<T>(
    sources: &DataFiles,
    path: &str,
    parse: impl Fn(&str, &str) -> Result<T, Faults>,
) -> Result<T, Faults> {
    let name = sources.name_of(path);
    let text = match sources.read(path) {
        Ok(Some(bytes)) => String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned()),
        Ok(None) => Err("the file does not exist".to_owned()),
        Err(error) => Err(format!("{error:#}")),
    };
    match text {
        Ok(text) => parse(&name, &text),
        Err(message) => {
            let mut faults = Faults::default();
            faults.push(&name, 1, message);
            Err(faults)
        }
    }
}

pub(super) fn globs(
    file: &DataFile,
    fields: &mut TableFields,
    key: &'static str,
    faults: &mut Faults,
) -> Vec<String> {
    let globs = fields.strings(key, faults);
    for (line, glob) in &globs {
        if let Err(error) = globset::Glob::new(glob) {
            faults.push(file.name, *line, format!("`{key}`: {error}"));
        }
    }
    globs.into_iter().map(|(_, glob)| glob).collect()
}
