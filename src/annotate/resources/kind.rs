//! The kind and the year of a resource, by its URL.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use url::Url;

use super::ResourceKind;
use super::hosts::{KIND_HOSTS, KindHosts};

/// A page on the host of a tool is an article if its path contains one of these, or if the host begins with `blog`.
const BLOGS: [&str; 6] = ["/blog", "/blogs", "/posts", "/post", "/news", "/articles"];

/// What a URL alone says about the kind of its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UrlKind {
    Fixed(ResourceKind),
    /// An article, unless its title names a more specific kind.
    Article,
    /// The front page of a site: a tool if its title is short, else like an article.
    FrontPage,
}

impl UrlKind {
    /// What `url`, a canonical URL, says.
    pub fn of(url: &str) -> UrlKind {
        let Ok(parsed) = Url::parse(url) else { return UrlKind::Fixed(ResourceKind::Article) };
        let (host, path) = (parsed.host_str().unwrap_or_default(), parsed.path());
        if let Some(kind) = kind_of_host(host, path) {
            let is_blog =
                || BLOGS.iter().any(|part| path.contains(part)) || host.starts_with("blog");
            return match kind {
                ResourceKind::Tool if is_blog() => UrlKind::Article,
                kind => UrlKind::Fixed(kind),
            };
        }
        let is_front_page = path.len() <= 1 && parsed.query().is_none();
        match path.rsplit('.').next() {
            Some("pdf") => UrlKind::Fixed(ResourceKind::Paper),
            Some("csv" | "parquet" | "zip") => UrlKind::Fixed(ResourceKind::Dataset),
            Some("ipynb") => UrlKind::Fixed(ResourceKind::Code),
            _ if is_front_page => UrlKind::FrontPage,
            _ => UrlKind::Article,
        }
    }

    /// The kind of the resource with this `title`.
    pub fn with_title(self, title: &str) -> ResourceKind {
        let has = |words: &[&str]| {
            let is_one = |own: &str| words.iter().any(|word| own.eq_ignore_ascii_case(word));
            title.split(|c: char| !c.is_alphanumeric()).any(is_one)
        };
        match self {
            UrlKind::Fixed(kind) => kind,
            UrlKind::FrontPage if title.split_whitespace().count() <= 3 => ResourceKind::Tool,
            _ if has(&["dataset", "datasets"]) => ResourceKind::Dataset,
            _ if has(&["course", "bootcamp", "mooc"]) => ResourceKind::Course,
            _ if has(&["textbook", "ebook"]) => ResourceKind::Book,
            _ => ResourceKind::Article,
        }
    }
}

/// For each host in [`KIND_HOSTS`], the indices of its entries there and the path prefixes.
static BY_HOST: LazyLock<HashMap<&str, Vec<(usize, &str)>>> = LazyLock::new(|| {
    let mut by_host: HashMap<&str, Vec<(usize, &str)>> = HashMap::new();
    for (at, KindHosts { hosts, .. }) in KIND_HOSTS.iter().enumerate() {
        for (host, below) in *hosts {
            by_host.entry(host).or_default().push((at, below));
        }
    }
    by_host
});

/// The kind of the first entry of [`KIND_HOSTS`] that matches `host` and `path`.
fn kind_of_host(host: &str, path: &str) -> Option<ResourceKind> {
    let labels = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
    let named = std::iter::once(host).chain(labels).filter_map(|name| BY_HOST.get(name));
    let matching = named.flatten().filter(|(_, below)| path.starts_with(below));
    let by_name = matching.map(|(at, _)| *at).min();
    let has_prefix = |entry: &KindHosts| {
        !entry.prefix.is_empty() && host.starts_with(entry.prefix) && host != "docs.google.com"
    };
    let by_prefix = KIND_HOSTS.iter().position(has_prefix);
    let first = by_name.into_iter().chain(by_prefix).min()?;
    Some(KIND_HOSTS[first].kind)
}

/// The year in `url`; `None` if it contains none. arXiv's ids since April 2007 begin with the last two digits of the
/// year (`1706.03762`). Older ids of arXiv are not evaluated. In other URLs, the year is a component of the path.
pub(super) fn year_of(url: &str) -> Option<u16> {
    if let Some(paper) = url.strip_prefix("https://arxiv.org/") {
        let (date, number) = paper.split_once('/')?.1.split_once('.')?;
        let is_new =
            date.len() == 4 && number.len() >= 4 && date.bytes().all(|b| b.is_ascii_digit());
        return is_new.then(|| date[..2].parse::<u16>().ok().map(|year| 2000 + year))?;
    }
    let path = url.splitn(4, '/').nth(3)?;
    let mut years = path.split('/').filter(|part| part.len() == 4);
    years.find_map(|part| part.parse::<u16>().ok().filter(|year| (1980..=2035).contains(year)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_path_and_title_determine_the_kind() {
        for (url, title, kind) in [
            ("https://arxiv.org/abs/1706.03762", "x", ResourceKind::Paper),
            ("https://dl.acm.org/doi/10.1145/1", "x", ResourceKind::Paper),
            ("https://a.edu/x.pdf", "x", ResourceKind::Paper),
            ("https://huggingface.co/datasets/squad", "SQuAD", ResourceKind::Dataset),
            ("https://huggingface.co/bert-base", "BERT", ResourceKind::Tool),
            ("https://huggingface.co/blog/rlhf", "RLHF", ResourceKind::Article),
            ("https://kaggle.com/learn/ml", "x", ResourceKind::Course),
            ("https://oreilly.com/library/view/x", "x", ResourceKind::Book),
            ("https://youtube.com/watch?v=1", "A talk", ResourceKind::Video),
            ("https://github.com/a/b", "b", ResourceKind::Code),
            ("https://docs.feast.dev/start", "Feast", ResourceKind::Tool),
            ("https://feast.dev", "Feast", ResourceKind::Tool),
            ("https://aws.amazon.com/route53", "Route 53", ResourceKind::Tool),
            ("https://aws.amazon.com/blogs/x", "A post", ResourceKind::Article),
            ("https://amazon.com/x/dp/1", "A book", ResourceKind::Book),
            ("https://netflixtechblog.com/a-post", "A post", ResourceKind::Article),
            ("https://x.org/course", "A free ML course", ResourceKind::Course),
        ] {
            assert_eq!(UrlKind::of(url).with_title(title), kind, "{url}");
        }
    }

    #[test]
    fn years_are_read_from_urls() {
        assert_eq!(year_of("https://arxiv.org/abs/1706.03762"), Some(2017));
        assert_eq!(year_of("https://arxiv.org/abs/cs/0001001"), None);
        assert_eq!(year_of("https://a.org/2019/05/post"), Some(2019));
        assert_eq!(year_of("https://a.org/1234/post"), None);
        assert_eq!(year_of("https://a.org"), None);
    }
}
