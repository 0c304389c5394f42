//! The objects of the JSON API, which the pages and commands format.
//!
//! Every quote in them is a [`Showable`](crate::catalogue::rights::Showable).

mod answers;
mod audit;
mod comparison;
mod discover;
mod document;
mod knowledge;
mod link;
mod passage;
mod resource;
mod source;
mod status;
mod topic;

pub use answers::{
    DocumentAnswer, ErrorAnswer, ErrorCode, ErrorView, MovedAnswer, NearName, RefreshAnswer,
    RefreshStart, ResourcesAnswer, SectionAnswer, SuggestAnswer, TopicAnswer, TopicsAnswer,
};
pub use audit::{
    AuditView, ComparedView, DocumentAuditView, DuplicatedSourceView, FilesView, FolderAuditView,
    LicenceOrigin, PlaceUnit, ProblemGroupView, RestatedPlaceView, RestatedView, SectionSharesView,
    SectionsAuditView, SourceAuditView, TrialView,
};
pub use comparison::{ComparedStep, ComparedTopic, ComparisonView};
pub use discover::{CandidateView, DiscoverView, DropReason, DroppedView, GitHubView, ReadsAs};
pub use document::{DocumentLink, DocumentSectionView, DocumentView};
pub use knowledge::{
    CaseRow, CaseView, CasesView, CellView, ChainView, EvidenceView, HopView, LearnView,
    LessonView, PathView, RelatedTopic, RelatedView, StepView, Tie, WholeView,
};
pub use link::{CaseLink, TopicLink};
pub use passage::{
    DuplicateView, FacetValue, HitView, LinkView, PassageView, PlaceView, QueryView, SearchView,
    SectionView, SnippetView, UnknownSource, UnknownValue,
};
pub use resource::{ResourceView, SaidView};
pub use source::AboutSource;
pub use status::{
    EngineKind, EngineView, FailureRange, NewsItem, NewsView, SourcesView, StatusView,
};
pub use topic::{
    MissingTermView, ReliedTopic, ReviewSentence, TermSentenceView, TopicDetail, TopicReview,
    TopicView,
};
