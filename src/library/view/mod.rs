//! The objects of the JSON API, which the pages and commands format.
//!
//! Every quote in them is a [`Showable`](crate::catalogue::rights::Showable).

mod answers;
mod audit;
mod discover;
mod knowledge;
mod passage;
mod resource;
mod source;
mod status;
mod topic;

pub use answers::{
    ErrorAnswer, ErrorCode, ErrorView, MovedAnswer, RefreshAnswer, RefreshStart, ResourcesAnswer,
    SectionAnswer, SuggestAnswer, TopicAnswer, TopicsAnswer,
};
pub use audit::{
    AuditView, ComparedView, DocumentAuditView, DuplicatedSourceView, FilesView, FolderAuditView,
    LicenceOrigin, PlaceUnit, ProblemGroupView, RestatedPlaceView, RestatedView, SectionSharesView,
    SectionsAuditView, SourceAuditView, TrialView,
};
pub use discover::{CandidateView, DiscoverView, DropReason, DroppedView, GitHubView, ReadsAs};
pub use knowledge::{
    CaseRow, CaseView, CasesView, CellView, ChainView, EvidenceView, HopView, LearnView,
    LessonView, PathView, RelatedTopic, RelatedView, StepView, Tie, WholeView,
};
pub use passage::{
    DuplicateView, FacetValue, HitView, LinkView, PassageView, PlaceView, QueryView, SearchView,
    SectionView, SnippetView,
};
pub use resource::{ResourceView, SaidView};
pub use source::AboutSource;
pub use status::{NewsItem, NewsView, SourcesView, StatusView};
pub use topic::{
    MissingTermView, ReliedTopic, ReviewSentence, TermSentenceView, TopicDetail, TopicLink,
    TopicReview, TopicView,
};
