//! The errors in OpenSearch's answers.

use serde::Deserialize;

/// The body of an answer with an error status.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ErrorBody {
    #[serde(default)]
    pub error: ErrorField,
}

/// The field `error`, which old interfaces fill with a plain text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ErrorField {
    Cause(Box<ErrorCause>),
    Text(String),
}

/// An error with its causes. Every field may be missing or null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorCause {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub reason: Option<String>,
    /// The index that the error is about.
    pub index: Option<String>,
    root_cause: Vec<ErrorCause>,
    caused_by: Option<Box<ErrorCause>>,
    failed_shards: Vec<FailedShard>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FailedShard {
    reason: ErrorCause,
}

impl Default for ErrorField {
    fn default() -> ErrorField {
        ErrorField::Cause(Box::default())
    }
}

impl ErrorField {
    /// The error; a plain text becomes its reason.
    pub fn into_cause(self) -> ErrorCause {
        match self {
            ErrorField::Cause(cause) => *cause,
            ErrorField::Text(text) => ErrorCause { reason: Some(text), ..ErrorCause::default() },
        }
    }
}

impl ErrorCause {
    /// This error and all its causes, outermost first. serde_json bounds the depth.
    pub fn all(&self) -> Vec<&ErrorCause> {
        let mut all = vec![self];
        let mut at = 0;
        while let Some(cause) = all.get(at).copied() {
            all.extend(&cause.root_cause);
            all.extend(cause.caused_by.as_deref());
            all.extend(cause.failed_shards.iter().map(|shard| &shard.reason));
            at += 1;
        }
        all
    }

    /// Whether this error or one of its causes is of a kind in `kinds`.
    pub fn has_kind(&self, kinds: &[&str]) -> bool {
        self.all().iter().any(|cause| cause.kind.as_deref().is_some_and(|it| kinds.contains(&it)))
    }

    /// Whether the reason of this error or of one of its causes contains `text`.
    pub fn says(&self, text: &str) -> bool {
        self.all().iter().any(|cause| cause.reason.as_deref().is_some_and(|it| it.contains(text)))
    }

    /// The index that the error is about, if it says so.
    pub fn index(&self) -> Option<&str> {
        self.all().into_iter().find_map(|cause| cause.index.as_deref())
    }

    /// The error that says most: the first root cause, or else the innermost cause with a reason, or else this error.
    pub fn root(&self) -> &ErrorCause {
        if let Some(root) = self.root_cause.first() {
            return root;
        }
        let mut root = self;
        let mut next = Some(self);
        while let Some(cause) = next {
            if cause.reason.as_deref().is_some_and(|reason| !reason.is_empty()) {
                root = cause;
            }
            next = cause.caused_by.as_deref();
        }
        root
    }

    /// Kind and reason on one line.
    pub fn text(&self) -> String {
        let root = self.root();
        let parts = [root.kind.as_deref(), root.reason.as_deref()];
        let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
        let text = parts.collect::<Vec<_>>().join(": ");
        if text.is_empty() { "it gives no reason".to_owned() } else { text }
    }
}
