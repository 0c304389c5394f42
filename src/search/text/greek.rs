//! Replaces single Greek letters with their English names, so that a search for `σ` finds `sigma`, and a search for
//! `sigma` finds `σ`.

use tantivy::tokenizer::{Token, TokenFilter, TokenStream, Tokenizer};

/// Replaces each token that is a single Greek letter with the letter's name. Expects lower-cased tokens.
#[derive(Clone)]
pub(in crate::search) struct GreekLetterFilter;

impl TokenFilter for GreekLetterFilter {
    type Tokenizer<T: Tokenizer> = GreekLetterTokenizer<T>;

    fn transform<T: Tokenizer>(self, tokenizer: T) -> GreekLetterTokenizer<T> {
        GreekLetterTokenizer(tokenizer)
    }
}

/// A tokenizer with [`GreekLetterFilter`].
#[derive(Clone)]
pub(in crate::search) struct GreekLetterTokenizer<T>(T);

impl<T: Tokenizer> Tokenizer for GreekLetterTokenizer<T> {
    type TokenStream<'a> = GreekLetterStream<T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        GreekLetterStream(self.0.token_stream(text))
    }
}

/// The tokens of one text.
pub(in crate::search) struct GreekLetterStream<T>(T);

impl<T: TokenStream> TokenStream for GreekLetterStream<T> {
    fn advance(&mut self) -> bool {
        if !self.0.advance() {
            return false;
        }
        let token = self.0.token_mut();
        if let Some(name) = name(&token.text) {
            token.text.clear();
            token.text.push_str(name);
        }
        true
    }

    fn token(&self) -> &Token {
        self.0.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.0.token_mut()
    }
}

/// The name of the Greek letter `text`; `None` if it is something else.
fn name(text: &str) -> Option<&'static str> {
    // Every Greek letter has two bytes in UTF-8.
    if text.len() != 2 {
        return None;
    }
    Some(match text {
        "α" => "alpha",
        "β" => "beta",
        "γ" => "gamma",
        "δ" => "delta",
        "ε" | "ϵ" => "epsilon",
        "ζ" => "zeta",
        "η" => "eta",
        "θ" | "ϑ" => "theta",
        "ι" => "iota",
        "κ" => "kappa",
        "λ" => "lambda",
        "μ" | "\u{b5}" => "mu",
        "ν" => "nu",
        "ξ" => "xi",
        "ο" => "omicron",
        "π" | "ϖ" => "pi",
        "ρ" | "ϱ" => "rho",
        "σ" | "ς" => "sigma",
        "τ" => "tau",
        "υ" => "upsilon",
        "φ" | "ϕ" => "phi",
        "χ" => "chi",
        "ψ" => "psi",
        "ω" => "omega",
        _ => return None,
    })
}
