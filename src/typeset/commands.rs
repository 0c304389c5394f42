//! What the renderer does not read, or must not read, and what becomes of it.

/// How a command is changed before the renderer reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Read as it is.
    Keep,
    /// Read as the command of this name.
    Rename(&'static str),
    /// The name of a function, which is set upright.
    Function,
    /// The argument is set between two commands.
    Between(&'static str, &'static str),
    /// Left out, with an optional argument in brackets and this many arguments after it.
    Drop(usize),
    /// Left out like [`Change::Drop`]; the argument after that is text.
    DropBeforeText(usize),
    /// The number of an equation, set behind it.
    Tag,
    Begin,
    End,
    /// Says where the limits of an operator are.
    Limits,
    /// Says what spacing its argument has.
    Class,
    /// The formula is not typeset: the command defines commands, writes to the terminal or is used by the renderer
    /// internally.
    Refuse,
}

/// How the command `\name` is changed.
pub(super) fn change(name: &str) -> Change {
    match name {
        "begin" => Change::Begin,
        "end" => Change::End,
        "tag" => Change::Tag,
        "limits" | "nolimits" => Change::Limits,
        "mathop" | "mathbin" | "mathrel" | "mathord" | "mathopen" | "mathclose" | "mathpunct" => {
            Change::Class
        }
        "norm" => Change::Between("lVert", "rVert"),
        "abs" => Change::Between("lvert", "rvert"),
        "ceil" => Change::Between("lceil", "rceil"),
        "floor" => Change::Between("lfloor", "rfloor"),
        "vspace" | "label" | "require" | "url" | "includegraphics" | "cssId" | "class"
        | "style" | "href" | "htmlId" | "htmlClass" | "htmlStyle" | "htmlData" | "color"
        | "textcolor" | "hyperlink" | "hypertarget" | "bbox" | "setlength" => {
            Change::Drop(usize::from(name != "bbox"))
        }
        "colorbox" => Change::DropBeforeText(1),
        "fcolorbox" => Change::DropBeforeText(2),
        "definecolor" => Change::Drop(3),
        _ if is_listed(REFUSED, name) || name.contains('@') => Change::Refuse,
        _ if is_listed(DROPPED, name) => Change::Drop(0),
        _ if is_listed(FUNCTIONS, name) => Change::Function,
        _ => renamed(name).map_or(Change::Keep, Change::Rename),
    }
}

/// Commands of which a formula may have none, separated by spaces.
const REFUSED: &str = "catcode char chardef csname DeclareMathOperator def edef endcsname errmessage expandafter \
    futurelet gdef global include input let long message newcommand newenvironment noexpand openout providecommand \
    read renewcommand show special verb write xdef";

/// Commands for the layout of a page, without an argument, separated by spaces.
const DROPPED: &str = "allowbreak bigskip boldmath centering displaylimits hfill mathlarger mathsmaller medskip \
    noindent nonumber notag null protect smallskip strut unboldmath vfill xspace";

/// The names of functions that authors use and define elsewhere, separated by spaces.
const FUNCTIONS: &str = "KaTeX LaTeX TeX card cov Cov corr diag erf grad KL logit rank relu ReLU round sgn sigmoid sign \
    softmax softplus span std trace tr Tr var Var";

fn renamed(name: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(command, _)| *command == name).map(|(_, new)| *new)
}

/// Commands with the nearest command that the renderer knows.
const RENAMED: [(&str, &str); 27] = [
    ("bigtimes", "times"),
    ("boldsymbolup", "mathbf"),
    ("cite", "text"),
    ("defeq", "triangleq"),
    ("ensuremath", "mathord"),
    ("eqref", "text"),
    ("hdots", "ldots"),
    ("intertext", "text"),
    ("mathbbm", "mathbb"),
    ("mathbbmss", "mathbb"),
    ("mathbfcal", "mathcal"),
    ("mathbfit", "boldsymbol"),
    ("mathds", "mathbb"),
    ("mathpzc", "mathcal"),
    ("mathsc", "mathrm"),
    ("mathsl", "mathit"),
    ("mathup", "mathrm"),
    ("mbox", "text"),
    ("nicefrac", "tfrac"),
    ("overbar", "overline"),
    ("ref", "text"),
    ("sfrac", "tfrac"),
    ("shortintertext", "text"),
    ("symbf", "mathbf"),
    ("symbfit", "boldsymbol"),
    ("textsc", "text"),
    ("textsl", "textit"),
];

/// Whether the argument of the command `\name` is text.
pub(super) fn takes_text(name: &str) -> bool {
    is_listed("emph hbox text textbf textit textmd textnormal textrm textsf texttt textup", name)
}

/// What becomes of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Environment {
    /// Read as it is.
    Keep,
    /// Read as the environment of this name, with these columns if there are any.
    As { name: &'static str, columns: &'static str },
    /// Read as a group in braces.
    Group,
}

/// What becomes of the environment `name`. Environments of a document become their counterparts inside formulas, which
/// may be nested, may be inline, and have no numbers.
pub(super) fn environment(name: &str) -> Environment {
    let name_as = |name| Environment::As { name, columns: "" };
    match name.trim_end_matches('*') {
        "equation" | "displaymath" | "math" | "center" | "small" | "subequations" => {
            Environment::Group
        }
        "align" | "flalign" | "split" => name_as("aligned"),
        "alignat" => name_as("alignedat"),
        "gather" | "multline" | "multlined" => name_as("gathered"),
        "eqnarray" => Environment::As { name: "darray", columns: "rcl" },
        "tabular" => name_as("array"),
        _ => Environment::Keep,
    }
}

/// Whether `list`, words separated by spaces, contains `name`.
fn is_listed(list: &str, name: &str) -> bool {
    list.split(' ').any(|listed| listed == name)
}
