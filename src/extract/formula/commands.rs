//! The TeX commands that occur in study material, with their meanings. Names are compared as a whole: `\leftarrow` is
//! not `\left` followed by letters.

/// What a command means for readable text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A letter or sign, written without spaces.
    Symbol(&'static str),
    /// A sign that is written directly before its operand.
    Prefix(&'static str),
    /// A sign with a space on both sides.
    Relation(&'static str),
    /// Written as the command's name: a function such as `\log`, or an unknown command.
    Word,
    Space,
    /// Layout, which is left out. The text after it belongs to the formula.
    Layout,
    /// Layout with one argument that does not belong to the formula, such as a colour.
    LayoutWithArgument,
    /// Layout before a delimiter: `\left`. A dot after it is an invisible delimiter.
    Delimiter,
    /// A combining mark for the letter that follows.
    Accent(char),
    Fraction,
    Binomial,
    /// A root, with an optional degree.
    Root,
    /// Two arguments: an exponent and its base.
    Above,
    /// Two arguments: an index and its base.
    Below,
    /// An arrow with a label.
    Arrow(&'static str),
    /// A modulus in parentheses.
    Modulus,
    /// The number of an equation.
    Tag,
    Begin,
    End,
    /// The end of a row.
    Row,
}

/// The meaning of the command `\name`. `name` is letters only, or one other character.
pub(super) fn meaning(name: &str) -> Meaning {
    if let Some(symbol) = letter(name).or_else(|| sign(name)) {
        return Meaning::Symbol(symbol);
    }
    if let Some(sign) = relation(name) {
        return Meaning::Relation(sign);
    }
    match name {
        "partial" => Meaning::Prefix("∂"),
        "nabla" => Meaning::Prefix("∇"),
        "frac" | "dfrac" | "tfrac" | "cfrac" => Meaning::Fraction,
        "binom" | "tbinom" | "dbinom" => Meaning::Binomial,
        "sqrt" => Meaning::Root,
        "hat" | "widehat" => Meaning::Accent('\u{302}'),
        "tilde" | "widetilde" => Meaning::Accent('\u{303}'),
        "bar" | "overline" => Meaning::Accent('\u{304}'),
        "dot" => Meaning::Accent('\u{307}'),
        "ddot" => Meaning::Accent('\u{308}'),
        "check" => Meaning::Accent('\u{30c}'),
        "breve" => Meaning::Accent('\u{306}'),
        "vec" | "overrightarrow" => Meaning::Accent('\u{20d7}'),
        "overleftarrow" => Meaning::Accent('\u{20d6}'),
        "pmod" => Meaning::Modulus,
        "stackrel" | "overset" => Meaning::Above,
        "underset" => Meaning::Below,
        "xrightarrow" => Meaning::Arrow("→"),
        "xleftarrow" => Meaning::Arrow("←"),
        "tag" => Meaning::Tag,
        "begin" => Meaning::Begin,
        "end" => Meaning::End,
        "\\" | "cr" | "newline" => Meaning::Row,
        "left" | "right" | "middle" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr"
        | "bigm" | "Bigl" | "Bigr" | "Bigm" | "biggl" | "biggr" | "Biggl" | "Biggr" => {
            Meaning::Delimiter
        }
        "," | ";" | ":" | ">" | " " | "\n" | "quad" | "qquad" | "space" | "enspace"
        | "thinspace" => Meaning::Space,
        "label" | "hspace" | "vspace" | "phantom" | "hphantom" | "vphantom" | "textcolor"
        | "color" | "ref" | "eqref" => Meaning::LayoutWithArgument,
        _ if is_listed(LAYOUT, name) => Meaning::Layout,
        _ => Meaning::Word,
    }
}

/// Commands for fonts, sizes, colours and positions, separated by spaces.
const LAYOUT: &str = "! - / Huge LARGE Large [ ] bf blue bm boldsymbol boxed cal cancel centering displaystyle ensuremath \
    footnotesize gray green hfill hline huge it large limits mathbb mathbf mathbin mathcal mathclose mathds \
    mathfrak mathit mathop mathopen mathrel mathrm mathscr mathsf mathtt mbox noindent nolimits nonumber \
    normalsize notag operatorname orange overbrace pmb purple red rm scriptscriptstyle scriptsize scriptstyle \
    small substack text textbf textit textnormal textrm textsc textsf textstyle texttt tiny underbrace \
    underline";

/// Commands for the layout of a page, separated by spaces. They are recognised only on a line of their own.
const PAGE_LAYOUT: &str = "bigskip centering clearpage footnotesize hfill large medskip newpage noindent normalsize pagebreak \
    scriptsize small smallskip tiny vfill";

/// Whether `list`, words separated by spaces, contains `name`.
fn is_listed(list: &str, name: &str) -> bool {
    list.split(' ').any(|listed| listed == name)
}

/// Whether `line` is one command for the layout of a page and nothing else.
pub(super) fn is_page_layout(line: &str) -> bool {
    line.trim().strip_prefix('\\').is_some_and(|name| is_listed(PAGE_LAYOUT, name))
}

fn letter(name: &str) -> Option<&'static str> {
    Some(match name {
        "alpha" => "α",
        "beta" => "β",
        "gamma" => "γ",
        "delta" => "δ",
        "epsilon" | "varepsilon" => "ε",
        "zeta" => "ζ",
        "eta" => "η",
        "theta" | "vartheta" => "θ",
        "iota" => "ι",
        "kappa" => "κ",
        "lambda" => "λ",
        "mu" => "μ",
        "nu" => "ν",
        "xi" => "ξ",
        "pi" => "π",
        "rho" | "varrho" => "ρ",
        "sigma" | "varsigma" => "σ",
        "tau" => "τ",
        "upsilon" => "υ",
        "phi" | "varphi" => "φ",
        "chi" => "χ",
        "psi" => "ψ",
        "omega" => "ω",
        "Gamma" => "Γ",
        "Delta" => "Δ",
        "Theta" => "Θ",
        "Lambda" => "Λ",
        "Xi" => "Ξ",
        "Pi" => "Π",
        "Sigma" => "Σ",
        "Upsilon" => "Υ",
        "Phi" => "Φ",
        "Psi" => "Ψ",
        "Omega" => "Ω",
        "ell" => "ℓ",
        "hbar" => "ℏ",
        "Re" => "Re",
        "Im" => "Im",
        _ => return None,
    })
}

fn sign(name: &str) -> Option<&'static str> {
    Some(match name {
        "sum" => "∑",
        "prod" => "∏",
        "coprod" => "∐",
        "int" => "∫",
        "iint" => "∬",
        "oint" => "∮",
        "infty" => "∞",
        "emptyset" | "varnothing" => "∅",
        "forall" => "∀",
        "exists" => "∃",
        "nexists" => "∄",
        "neg" | "lnot" => "¬",
        "prime" => "′",
        "circ" => "∘",
        "top" | "intercal" => "T",
        "ast" | "star" | "*" => "*",
        "dots" | "ldots" | "cdots" | "hdots" | "vdots" | "ddots" | "dotsc" | "dotsb" => "…",
        "langle" => "⟨",
        "rangle" => "⟩",
        "lfloor" => "⌊",
        "rfloor" => "⌋",
        "lceil" => "⌈",
        "rceil" => "⌉",
        "lbrace" | "{" => "{",
        "rbrace" | "}" => "}",
        "lvert" | "rvert" | "vert" => "|",
        "lVert" | "rVert" | "Vert" | "|" => "‖",
        "backslash" => "\\",
        "bullet" => "•",
        "dagger" => "†",
        "degree" => "°",
        "angle" => "∠",
        "checkmark" => "✓",
        "triangle" => "△",
        "square" | "Box" => "□",
        "colon" => ":",
        "perp" | "bot" => "⊥",
        "%" => "%",
        "$" => "$",
        "#" => "#",
        "&" => "&",
        "_" => "_",
        _ => return None,
    })
}

fn relation(name: &str) -> Option<&'static str> {
    RELATIONS.iter().find(|(command, _)| *command == name).map(|(_, sign)| *sign)
}

/// Commands for operators and relations, with their signs.
const RELATIONS: [(&str, &str); 90] = [
    ("cdot", "·"),
    ("times", "×"),
    ("div", "÷"),
    ("pm", "±"),
    ("mp", "∓"),
    ("odot", "⊙"),
    ("bigodot", "⊙"),
    ("oplus", "⊕"),
    ("bigoplus", "⊕"),
    ("ominus", "⊖"),
    ("otimes", "⊗"),
    ("bigotimes", "⊗"),
    ("bowtie", "⋈"),
    ("le", "≤"),
    ("leq", "≤"),
    ("leqslant", "≤"),
    ("ge", "≥"),
    ("geq", "≥"),
    ("geqslant", "≥"),
    ("lt", "<"),
    ("gt", ">"),
    ("ll", "≪"),
    ("gg", "≫"),
    ("ne", "≠"),
    ("neq", "≠"),
    ("approx", "≈"),
    ("approxeq", "≈"),
    ("equiv", "≡"),
    ("sim", "~"),
    ("simeq", "≃"),
    ("cong", "≅"),
    ("lesssim", "≲"),
    ("gtrsim", "≳"),
    ("lessapprox", "⪅"),
    ("gtrapprox", "⪆"),
    ("coloneqq", "≔"),
    ("defeq", "≔"),
    ("triangleq", "≔"),
    ("propto", "∝"),
    ("in", "∈"),
    ("notin", "∉"),
    ("ni", "∋"),
    ("subset", "⊂"),
    ("subseteq", "⊆"),
    ("supset", "⊃"),
    ("supseteq", "⊇"),
    ("cup", "∪"),
    ("bigcup", "∪"),
    ("cap", "∩"),
    ("bigcap", "∩"),
    ("setminus", "∖"),
    ("wedge", "∧"),
    ("land", "∧"),
    ("bigwedge", "∧"),
    ("vee", "∨"),
    ("lor", "∨"),
    ("bigvee", "∨"),
    ("mid", "|"),
    ("parallel", "∥"),
    ("to", "→"),
    ("rightarrow", "→"),
    ("longrightarrow", "→"),
    ("gets", "←"),
    ("leftarrow", "←"),
    ("longleftarrow", "←"),
    ("leftrightarrow", "↔"),
    ("longleftrightarrow", "↔"),
    ("Rightarrow", "⇒"),
    ("Longrightarrow", "⇒"),
    ("implies", "⇒"),
    ("Leftarrow", "⇐"),
    ("Leftrightarrow", "⇔"),
    ("iff", "⇔"),
    ("mapsto", "↦"),
    ("hookrightarrow", "↪"),
    ("rightsquigarrow", "⇝"),
    ("leadsto", "⇝"),
    ("uparrow", "↑"),
    ("downarrow", "↓"),
    ("prec", "≺"),
    ("succ", "≻"),
    ("preceq", "⪯"),
    ("succeq", "⪰"),
    ("models", "⊨"),
    ("vdash", "⊢"),
    ("over", "/"),
    ("choose", "choose"),
    ("not", "not"),
    ("mod", "mod"),
    ("bmod", "mod"),
];
