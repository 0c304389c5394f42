//! Pagination of the REST API: `per_page`, `page`, and the `Link` header with the other pages.

use super::http::Call;

/// One page of `items`, and the `Link` header's value if there are other pages. Links have the URL
/// `address` and the parameters of the request, with another `page`.
pub fn page<T>(call: &Call, address: &str, items: Vec<T>) -> (Vec<T>, Option<String>) {
    let number = |name: &str| call.query(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let at = number("page").unwrap_or(1).max(1);
    let last = items.len().div_ceil(size).max(1);
    let page = items.into_iter().skip((at - 1) * size).take(size).collect();
    let link = |to: usize, rel: &str| {
        let kept = call.pairs.iter().filter(|(name, _)| name != "page");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept).append_pair("page", &to.to_string());
        format!("<{address}?{}>; rel=\"{rel}\"", query.finish())
    };
    let mut links = Vec::new();
    if at > 1 {
        links.push(link((at - 1).min(last), "prev"));
    }
    if at < last {
        links.extend([link(at + 1, "next"), link(last, "last")]);
    }
    if at > 1 {
        links.push(link(1, "first"));
    }
    (page, (!links.is_empty()).then(|| links.join(", ")))
}
