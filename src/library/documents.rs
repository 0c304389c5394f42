//! Whole documents, for reading.

use std::collections::HashMap;
use std::fmt;

use super::Library;
use super::view::{AboutSource, DocumentLink, DocumentSectionView, DocumentView};
use crate::catalogue::Shown;
use crate::catalogue::rights::{show, show_whole};
use crate::extract::chapters::title_from_name;
use crate::extract::markup;
use crate::extract::reading::ReadingText;
use crate::extract::relative::relative_path;
use crate::generation::books::Chapter;
use crate::generation::manifest::SourceCondition;
use crate::search::write::document_key;
use crate::search::{SearchError, SectionId, SectionRecord};

/// What a site leaves out of the addresses of its documents.
const NAMED: [&str; 7] = [".md", "/README.md", "/index.md", ".qmd", ".rst", ".ipynb", "/readme.md"];

/// The id of a document: a hash of its source and path. Written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DocumentId(u64);

impl DocumentId {
    /// The id of the document `path` of `source`.
    pub fn of(source: &str, path: &str) -> DocumentId {
        DocumentId(document_key(source, path))
    }

    /// The id that is written as `text`; `None` if it is not written like one.
    pub fn parse(text: &str) -> Option<DocumentId> {
        let is_id =
            text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        u64::from_str_radix(text, 16).ok().filter(|_| is_id).map(DocumentId)
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Library {
    /// The document `id`, with as much of its content as rights allow; `None` if there is no such document.
    ///
    /// Reads all sections of the document from the index, 30 microseconds each, and its text. If the text can't be read,
    /// logs a warning and returns the document without it.
    pub fn document(&self, id: DocumentId) -> Result<Option<DocumentView>, SearchError> {
        let sections = in_order(self.searcher.document_with_key(id.0)?);
        let (Some((_, first)), Some((_, last))) = (sections.first(), sections.last()) else {
            return Ok(None);
        };
        let shown = self.shown(first);
        let text = if shown == Shown::Full { self.reading_text(first) } else { None };
        let state = self.manifest.source(&first.source);
        let here = || format!("/documents/{id}");
        // In a book without a table of chapters, sections have no neighbours in other documents.
        let chapters = self.chapters(id)?;
        let own = chapters.iter().position(|chapter| chapter.id == id.to_string());
        let before = own.and_then(|own| own.checked_sub(1));
        let after = own.map(|own| own + 1);
        let chapter = |at: Option<usize>| chapters.get(at?).cloned();
        let url = self.document_link(&first.source, &first.path);
        Ok(Some(DocumentView {
            id: id.to_string(),
            source: first.source.clone(),
            path: first.path.clone(),
            title: first.title.clone(),
            url: url.or_else(|| self.source_link(&first.source)).unwrap_or_else(here),
            kind: first.kind,
            lang: first.language.clone(),
            licence: self.licence(first),
            shown,
            about: state.map(AboutSource::of).unwrap_or_default(),
            gone: state.is_some_and(|state| state.state == SourceCondition::Gone),
            previous: self.document_of(first.previous)?.or_else(|| chapter(before)),
            next: self.document_of(last.next)?.or_else(|| chapter(after)),
            sections: sections
                .iter()
                .map(|(id, record)| self.document_section(*id, record, shown, text.as_ref()))
                .collect(),
            markdown: text.map(|text| show_whole(text.markdown, shown)),
            chapters,
        }))
    }

    /// The chapters of the book with the document `id`; none if it is not part of a book.
    /// Reads a section of each chapter without a title in the table of chapters, 30 microseconds each.
    fn chapters(&self, id: DocumentId) -> Result<Vec<DocumentLink>, SearchError> {
        let link = |chapter: &Chapter| -> Result<DocumentLink, SearchError> {
            let title = match chapter.title.as_str() {
                "" => self.own_title(chapter.document)?,
                title => title.to_owned(),
            };
            Ok(DocumentLink { id: DocumentId(chapter.document).to_string(), title })
        };
        self.books.book_of(id.0).unwrap_or_default().iter().map(link).collect()
    }

    /// The title of the document with the key `key`; if it has none, one that is made of its file name.
    fn own_title(&self, key: u64) -> Result<String, SearchError> {
        let Some(record) = self.searcher.any_of_document(key)? else { return Ok(String::new()) };
        let is_file_name = record.path.rsplit('/').next() == Some(&record.title);
        Ok(if is_file_name { title_from_name(&record.path) } else { record.title })
    }

    /// The document that contains the section `id`, for links.
    pub(super) fn document_of(
        &self,
        id: Option<SectionId>,
    ) -> Result<Option<DocumentLink>, SearchError> {
        let Some(id) = id else { return Ok(None) };
        Ok(self.searcher.section(id)?.map(|record| DocumentLink {
            id: DocumentId::of(&record.source, &record.path).to_string(),
            title: record.title,
        }))
    }

    /// The id of the document that contains the section `id`; `None` if there is no such section.
    pub fn document_id_of(&self, id: SectionId) -> Result<Option<DocumentId>, SearchError> {
        let record = self.searcher.section(id)?;
        Ok(record.map(|record| DocumentId::of(&record.source, &record.path)))
    }

    /// The path of this server's page of the document that the relative link `written` in the document `path` of `source`
    /// leads to. Where `written` names no document itself, those that a site makes this address of are tried, such as
    /// `x.md` for `x` and for `x.html`. `None` if there is none, or if the index can't be read. Reads no stored fields.
    pub fn near_document(&self, source: &str, path: &str, written: &str) -> Option<String> {
        let target = relative_path(path, written)?;
        let stem = target.strip_suffix(".html").unwrap_or(&target);
        let named = NAMED.iter().map(|ending| format!("{stem}{ending}"));
        let mut paths = std::iter::once(target.clone()).chain(named);
        let found = paths.find_map(|path| {
            let id = DocumentId::of(source, &path);
            self.searcher.has_document(id.0).ok()?.then_some(id)
        })?;
        Some(format!("/documents/{found}"))
    }

    fn document_section(
        &self,
        id: SectionId,
        record: &SectionRecord,
        shown: Shown,
        text: Option<&ReadingText>,
    ) -> DocumentSectionView {
        let is_in_text = text.is_some();
        let own_text = || show(&*record.text, shown, self.manifest.excerpt_chars);
        let code = || show_whole(record.code.clone(), shown);
        DocumentSectionView {
            id: id.to_string(),
            headings: record.headings.clone(),
            place: record.address.into(),
            url: self.link(&record.source, &record.path, record.address, id),
            line: text.and_then(|text| text.line_of(record.address)),
            text: (!is_in_text).then(own_text),
            code: (!is_in_text).then(code).filter(|code| !code.is_empty()),
            posted: record.posted.clone(),
        }
    }

    /// The text of the document of `record`, whatever its rights; `None` if the generation has none.
    fn reading_text(&self, record: &SectionRecord) -> Option<ReadingText> {
        let read = self.texts.read(document_key(&record.source, &record.path));
        read.unwrap_or_else(|error| {
            tracing::warn!(
                source = record.source,
                path = record.path,
                "no text to read: {error:#}"
            );
            None
        })
    }

    /// The Markdown of the section `record`, whatever its rights; empty if it has none.
    pub(super) fn markdown(&self, record: &SectionRecord) -> String {
        SectionMarkdown::new(self).of(record)
    }
}

/// Reads the Markdown of many sections. Keeps the text of the last document.
pub(super) struct SectionMarkdown<'a> {
    library: &'a Library,
    last: Option<(u64, Option<ReadingText>)>,
}

impl<'a> SectionMarkdown<'a> {
    pub fn new(library: &'a Library) -> SectionMarkdown<'a> {
        SectionMarkdown { library, last: None }
    }

    /// The Markdown of the section `record`, whatever its rights; empty if it has none.
    pub fn of(&mut self, record: &SectionRecord) -> String {
        // An index of the previous version has the Markdown in the record.
        if !record.markup.is_empty() {
            return record.markup.clone();
        }
        let key = document_key(&record.source, &record.path);
        if self.last.as_ref().is_none_or(|(last, _)| *last != key) {
            self.last = Some((key, self.library.reading_text(record)));
        }
        let text = self.last.as_ref().and_then(|(_, text)| text.as_ref());
        text.map(|text| markup::of_section(&text.markdown, record.address)).unwrap_or_default()
    }
}

/// The sections of a document in its order. Each names the one before it and the one after it; the first and the last
/// may name sections of other documents.
fn in_order(sections: Vec<(SectionId, SectionRecord)>) -> Vec<(SectionId, SectionRecord)> {
    let mut by_id: HashMap<SectionId, SectionRecord> = sections.into_iter().collect();
    let is_first = |record: &SectionRecord| {
        record.previous.is_none_or(|previous| !by_id.contains_key(&previous))
    };
    let mut next = by_id.iter().find(|(_, record)| is_first(record)).map(|(id, _)| *id);
    let mut ordered = Vec::with_capacity(by_id.len());
    while let Some(id) = next
        && let Some(record) = by_id.remove(&id)
    {
        next = record.next;
        ordered.push((id, record));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_parsed_as_they_are_written() {
        let id = DocumentId::of("a/b", "c.md");
        assert_eq!(DocumentId::parse(&id.to_string()), Some(id));
        for wrong in ["", "0", "0123456789ABCDEF", "+123456789abcdef", "0123456789abcdeg"] {
            assert_eq!(DocumentId::parse(wrong), None, "{wrong}");
        }
    }
}
