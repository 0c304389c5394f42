//! The kind and the year of a resource, by its URL.

use url::Url;

use super::ResourceKind;
use super::hosts::{KIND_HOSTS, KindHosts};

/// A page on the host of a tool is an article if its path contains one of these, or if the host begins with `blog`.
const BLOGS: [&str; 6] = ["/blog", "/blogs", "/posts", "/post", "/news", "/articles"];

/// The kind of the resource at `url`, a canonical URL. `title` is used if the URL alone does not determine the kind.
pub(super) fn kind_of(url: &str, title: &str) -> ResourceKind {
    let Ok(parsed) = Url::parse(url) else { return ResourceKind::Article };
    let (host, path) = (parsed.host_str().unwrap_or_default(), parsed.path());
    let is_at = |(name, below): &(&str, &str)| {
        (host == *name || host.ends_with(&format!(".{name}"))) && path.starts_with(below)
    };
    let is_blog = BLOGS.iter().any(|part| path.contains(part)) || host.starts_with("blog");
    for KindHosts { kind, prefix, hosts } in &KIND_HOSTS {
        let named = !prefix.is_empty() && host.starts_with(prefix) && host != "docs.google.com";
        if named || hosts.iter().any(is_at) {
            let is_post = is_blog && *kind == ResourceKind::Tool;
            return by_title(if is_post { ResourceKind::Article } else { *kind }, title);
        }
    }
    let is_front_page = path.len() <= 1 && parsed.query().is_none();
    match path.rsplit('.').next() {
        Some("pdf") => ResourceKind::Paper,
        Some("csv" | "parquet" | "zip") => ResourceKind::Dataset,
        Some("ipynb") => ResourceKind::Code,
        _ if is_front_page && title.split_whitespace().count() <= 3 => ResourceKind::Tool,
        _ => by_title(ResourceKind::Article, title),
    }
}

/// `kind`, or for an article the more specific kind that its title names.
fn by_title(kind: ResourceKind, title: &str) -> ResourceKind {
    let title = title.to_lowercase();
    let has = |words: &[&str]| {
        title.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
    };
    match kind {
        ResourceKind::Article if has(&["dataset", "datasets"]) => ResourceKind::Dataset,
        ResourceKind::Article if has(&["course", "bootcamp", "mooc"]) => ResourceKind::Course,
        ResourceKind::Article if has(&["textbook", "ebook"]) => ResourceKind::Book,
        kind => kind,
    }
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
            assert_eq!(kind_of(url, title), kind, "{url}");
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
