//! Pictures: by default, a frame with the picture's text and a link to it, so that nothing is loaded from elsewhere.
//! If the reader asks for pictures, they are loaded from the source.

use maud::{Markup, html};

/// How a page shows pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::serve) enum PictureMode {
    /// As links.
    #[default]
    Linked,
    /// Loaded from where they are.
    Loaded,
}

/// The picture at `url` with the text `alt`. `url` is `None` if it may not be loaded: then only the text is shown.
pub(super) fn picture(mode: PictureMode, url: Option<&str>, alt: &str) -> Markup {
    let alt = alt.trim();
    let text = if alt.is_empty() { String::new() } else { format!(": {alt}") };
    html! {
        @match (mode, url) {
            (PictureMode::Loaded, Some(url)) => {
                img.picture src=(url) alt=(alt) loading="lazy" referrerpolicy="no-referrer";
            }
            (PictureMode::Linked, Some(url)) => {
                span.picture {
                    a rel="noopener nofollow" href=(url) { "Picture" } (text)
                }
            }
            (_, None) => { span.picture { "Picture" (text) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_loaded_unless_the_reader_asks() {
        let url = Some("https://a.org/\"x.png");
        let linked = picture(PictureMode::Linked, url, "A <plot>").0;
        assert!(!linked.contains("<img") && linked.contains("A &lt;plot&gt;"), "{linked}");
        let loaded = picture(PictureMode::Loaded, url, "").0;
        assert!(loaded.contains("src=\"https://a.org/&quot;x.png\" alt=\"\""), "{loaded}");
        assert!(!picture(PictureMode::Loaded, None, "x").0.contains("<img"));
    }
}
