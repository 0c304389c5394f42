//! Tests of the client against a server that replays recorded answers.
