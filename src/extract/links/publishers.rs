//! Publishers that have several URLs for one paper.

use url::Url;

use super::edit::{keep, set};

/// Replaces `url`, which has this `host` and these path segments, with the URL of the work's page if the form of the
/// URL is known. Returns whether the host is known.
pub(super) fn by_host(url: &mut Url, host: &str, parts: &[&str]) -> bool {
    match host {
        "papers.nips.cc"
        | "papers.neurips.cc"
        | "proceedings.nips.cc"
        | "proceedings.neurips.cc"
        | "nips.cc" => neurips(url, parts),
        "dl.acm.org" => acm(url, parts),
        "openreview.net" => {
            keep(url, |name| name == "id");
            if parts.first() == Some(&"pdf") && url.query().is_some() {
                url.set_path("/forum");
            }
        }
        "aclweb.org" | "aclanthology.org" => {
            let name = parts.iter().rfind(|part| !part.is_empty() && **part != "anthology");
            if let Some(name) = name.map(|name| name.trim_end_matches(".pdf").to_owned()) {
                set(url, "aclanthology.org", &format!("/{name}"));
            }
        }
        "research.google"
        | "research.google.com"
        | "static.googleusercontent.com"
        | "storage.googleapis.com" => google(url, parts),
        "eng.uber.com" => {
            let path = format!("/blog/{}", parts.join("/"));
            set(url, "uber.com", &path);
        }
        "uber.com" => {
            if let Some(at) = parts.iter().position(|part| *part == "blog") {
                url.set_path(&parts[at..].join("/"));
            }
        }
        _ => return false,
    }
    true
}

/// Replaces the URL of a NeurIPS paper with that of its abstract page if the path contains the paper's hash. In older
/// forms, only the host changes, and `.pdf` is removed.
fn neurips(url: &mut Url, parts: &[&str]) {
    let path = match parts {
        [folder @ .., year, "file" | "hash", name] => {
            let name = name.replace("-Paper", "-Abstract").replace(".pdf", ".html");
            format!("/{}/{year}/hash/{name}", folder.join("/"))
        }
        ["paper", name] => format!("/paper/{}", name.trim_end_matches(".pdf")),
        _ => return,
    };
    set(url, "proceedings.neurips.cc", &path);
    url.set_query(None);
}

/// Replaces the URL of a page in the ACM Digital Library with that of its DOI.
fn acm(url: &mut Url, parts: &[&str]) {
    let at = parts.iter().position(|part| part.starts_with("10."));
    if let Some(doi) = at.and_then(|at| parts.get(at..at + 2)) {
        let path = format!("/{}", doi.join("/").to_lowercase());
        set(url, "doi.org", &path);
        url.set_query(None);
    }
}

/// Replaces the URL of a Google publication with that of its page if the path contains its number.
fn google(url: &mut Url, parts: &[&str]) {
    let is_publication =
        parts.iter().any(|part| *part == "pubs" || *part == "pub-tools-public-publication-data");
    let last = parts.iter().rfind(|part| !part.is_empty()).copied().unwrap_or_default();
    let number = last.trim_start_matches("pub").trim_end_matches(".html").trim_end_matches(".pdf");
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if is_publication && is_number {
        let path = format!("/pubs/pub{number}");
        set(url, "research.google", &path);
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::links::canonical;

    #[test]
    fn publishers_forms_become_one() {
        let hash = "86df7dcfd896fcaf2674f757a2463eba";
        let neurips =
            format!("https://proceedings.neurips.cc/paper/2015/hash/{hash}-Abstract.html");
        for (raw, expected) in [
            (format!("https://papers.nips.cc/paper/2015/file/{hash}-Paper.pdf"), neurips.as_str()),
            (neurips.clone(), neurips.as_str()),
            ("http://papers.nips.cc/paper/5656-a-b.pdf".into(), "https://proceedings.neurips.cc/paper/5656-a-b"),
            ("https://dl.acm.org/doi/pdf/10.1145/3292500.3330658".into(), "https://doi.org/10.1145/3292500.3330658"),
            ("https://openreview.net/pdf?id=x1".into(), "https://openreview.net/forum?id=x1"),
            ("https://www.aclweb.org/anthology/P19-1001.pdf".into(), "https://aclanthology.org/P19-1001"),
            ("https://static.googleusercontent.com/media/research.google.com/en//pubs/archive/45530.pdf".into(), "https://research.google/pubs/pub45530"),
            ("https://eng.uber.com/deepeta".into(), "https://uber.com/blog/deepeta"),
            ("https://www.uber.com/us/en/blog/deepeta/".into(), "https://uber.com/blog/deepeta"),
        ] {
            assert_eq!(canonical(&raw).as_deref(), Some(expected), "{raw}");
        }
    }
}
