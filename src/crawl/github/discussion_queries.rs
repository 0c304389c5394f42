//! The GraphQL queries for discussions.

/// A page of discussions, each with its first comments and the first replies to them. Needs [`COMMENTS`] and
/// [`REPLIES`].
pub(super) const PAGE: &str =
    "query($owner: String!, $name: String!, $first: Int!, $after: String) {
  rateLimit { cost }
  repository(owner: $owner, name: $name) {
    discussions(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id number title url body createdAt updatedAt locked upvoteCount
        author { login __typename }
        category { name }
        labels(first: 20) { nodes { name } }
        answer { databaseId }
        comments(first: 10) { ...comments }
      }
    }
  }
}";
/// A further page of the comments of a discussion. Needs [`COMMENTS`] and [`REPLIES`].
pub(super) const MORE_COMMENTS: &str = "query($id: ID!, $after: String) {
  rateLimit { cost }
  node(id: $id) { ... on Discussion { comments(first: 50, after: $after) { ...comments } } }
}";
/// A further page of the replies to a comment. Needs [`REPLIES`].
pub(super) const MORE_REPLIES: &str = "query($id: ID!, $after: String) {
  rateLimit { cost }
  node(id: $id) { ... on DiscussionComment { replies(first: 100, after: $after) { ...replies } } }
}";
/// A fragment with the fields of comments and the first replies to them. Needs [`REPLIES`].
pub(super) const COMMENTS: &str = "fragment comments on DiscussionCommentConnection {
  pageInfo { hasNextPage endCursor }
  nodes { ...post replies(first: 10) { ...replies } }
}";
/// A fragment with the fields of replies.
pub(super) const REPLIES: &str = "fragment replies on DiscussionCommentConnection {
  pageInfo { hasNextPage endCursor }
  nodes { ...post }
}
fragment post on DiscussionComment {
  id databaseId url body createdAt updatedAt upvoteCount isMinimized
  author { login __typename }
}";
