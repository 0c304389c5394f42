//! Recognises sections of a notebook that only install packages, import them and configure the notebook.

use crate::extract::Section;
use crate::extract::pattern::patterns;
use crate::extract::words::words;

/// The maximum words of the text of a section that only prepares the notebook. A longer text has content of its own.
const MOST_WORDS: usize = 25;

patterns! {
    /// A line of code that installs, imports or configures.
    SETUP = {
        let patterns = [
            r"[!%]\s*(?:pip3?|conda|mamba|uv|poetry|apt|apt-get|brew)\b",
            r"%(?:load_ext|reload_ext|matplotlib|autoreload|config|env|capture|pip|conda)\b|%%capture\b",
            r"(?:pip3?|conda) install\b",
            r"import\s|from\s+\S+\s+import\b",
            r"warnings\.|sys\.path\.|load_dotenv\(|os\.environ\b|logging\.\w+\(|nest_asyncio\.apply",
            r"plt\.(?:style|rcParams)|sns\.set|pd\.(?:set_option|options)|np\.set_printoptions",
            r"print\(.*(?:\bversion\b|__version__)",
        ];
        format!("^(?:{})", patterns.join("|"))
    };
    /// Text about installing and importing.
    ABOUT_SETUP = r"(?i)\b(?:install\w*|imports?|importing|librar(?:y|ies)|packages?|dependenc(?:y|ies)|modules?|set ?up|environment)\b";
}

/// Whether `section` has only code that prepares the notebook, and no more than a sentence about it.
pub(super) fn is_setup(section: &Section) -> bool {
    let text = section.text.trim();
    let is_silent = text.is_empty() || words(text) <= MOST_WORDS && ABOUT_SETUP.is_match(text);
    is_silent && section.links.is_empty() && is_setup_code(&section.code)
}

fn is_setup_code(code: &str) -> bool {
    let mut has_setup = false;
    // A statement may go on in the next lines, in parentheses or after a backslash.
    let (mut depth, mut goes_on) = (0_usize, false);
    for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let is_inside = depth > 0 || goes_on;
        if !is_inside && !line.starts_with('#') {
            if !SETUP.is_match(line) {
                return false;
            }
            has_setup = true;
        }
        depth = (depth + line.matches('(').count()).saturating_sub(line.matches(')').count());
        goes_on = line.ends_with('\\');
    }
    has_setup
}

#[cfg(test)]
mod tests {
    use super::is_setup_code;

    #[test]
    fn code_that_only_prepares_the_notebook_is_recognised() {
        for code in [
            "!pip install vans",
            "# needed\nimport os\nfrom vans import (\n    Van,\n    Depot,\n)\n%load_ext autoreload",
            "import warnings\nwarnings.filterwarnings('ignore')\nprint(f'Vans version: {x}')",
        ] {
            assert!(is_setup_code(code), "{code}");
        }
        for code in
            ["", "# only a remark", "import os\nload(os.getcwd())", "!pip install vans\nrun()"]
        {
            assert!(!is_setup_code(code), "{code}");
        }
    }
}
