//! The link texts that may be titles of a resource.

use super::citation::LinkTitle;
use super::title::plain;
use crate::catalogue::Visibility;

/// The link texts of a URL that may be titles.
#[derive(Default)]
pub(super) struct UrlTitles<'a> {
    public: TitleCounts<'a>,
    /// Link texts of private sources. They are used only if no public source cites the URL.
    private: TitleCounts<'a>,
    is_public: bool,
}

/// Link texts with the numbers of their uses.
#[derive(Default)]
struct TitleCounts<'a>(Vec<TitleCount<'a>>);

struct TitleCount<'a> {
    title: LinkTitle<'a>,
    count: u32,
}

impl<'a> TitleCounts<'a> {
    fn add(&mut self, title: LinkTitle<'a>, count: u32) {
        match self.0.iter_mut().find(|known| known.title.text == title.text) {
            Some(known) => known.count += count,
            None => self.0.push(TitleCount { title, count }),
        }
    }

    fn add_all(&mut self, other: TitleCounts<'a>) {
        for TitleCount { title, count } in other.0 {
            self.add(title, count);
        }
    }
}

impl<'a> UrlTitles<'a> {
    /// Counts a citation by a source with this `visibility`, whose link text is `title` if it may be one.
    pub fn add(&mut self, title: Option<LinkTitle<'a>>, visibility: Visibility) {
        let titles = match visibility {
            Visibility::Public => &mut self.public,
            Visibility::Private => &mut self.private,
        };
        self.is_public |= visibility == Visibility::Public;
        if let Some(title) = title {
            titles.add(title, 1);
        }
    }

    /// Adds the titles of another URL of the same work.
    pub fn add_all(&mut self, other: UrlTitles<'a>) {
        self.public.add_all(other.public);
        self.private.add_all(other.private);
        self.is_public |= other.is_public;
    }

    /// Removes all titles, but keeps the memory for others.
    pub fn clear(&mut self) {
        self.public.0.clear();
        self.private.0.clear();
        self.is_public = false;
    }

    /// The most common title. Of equally common ones it is the longest, because it contains more information.
    pub fn best(&self) -> Option<LinkTitle<'a>> {
        let rank =
            |known: &&TitleCount<'a>| (known.count, known.title.text.len(), known.title.text);
        self.known().0.iter().max_by_key(rank).map(|known| known.title)
    }

    /// The best title of a tool at `url`: if this is a repository, the title that is its name, apart from case, spaces and
    /// punctuation; else the most common one.
    pub fn best_at(&self, url: &str) -> Option<LinkTitle<'a>> {
        let repository = url.strip_prefix("https://github.com/").and_then(|path| {
            let (_, name) = path.split_once('/')?;
            (!name.contains('/')).then(|| plain(name))
        });
        let mut titles = self.known().0.iter().map(|known| known.title);
        let named = repository.and_then(|name| titles.find(|title| plain(title.text) == name));
        named.or_else(|| self.best())
    }

    /// The alphabetically first title.
    pub fn first(&self) -> Option<&'a str> {
        self.known().0.iter().map(|known| known.title.text).min()
    }

    /// The titles that may be used.
    fn known(&self) -> &TitleCounts<'a> {
        if self.is_public { &self.public } else { &self.private }
    }
}
