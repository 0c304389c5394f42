//! Which Markdown extensions are parsed for which purpose.

use comrak::Options;

/// Options for extracting documents.
pub(super) fn for_documents() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options.extension.alerts = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.inline_footnotes = true;
    options
}

/// Options for rendering an author's Markdown on a page: those of [`for_documents`] with lists of definitions.
pub fn for_pages() -> Options<'static> {
    let mut options = for_documents();
    options.extension.description_lists = true;
    options
}

/// Options for a table of chapters: CommonMark only.
pub(super) fn for_contents() -> Options<'static> {
    Options::default()
}
