//! The transport: a line from the client is passed on as a message, or gets an error response if it is invalid. Empty
//! lines, unknown notifications, and messages before the first request are ignored.
//!
//! The transport of the library rmcp drops lines that it can't parse, and ends the session if the first message isn't a
//! request. Here, one task reads lines of bounded length. It responds at once with -32700 to lines that are not JSON
//! (RFC 8259) or nested too deeply, and with -32600 to lines that are too long or not a message (JSON-RPC 2.0, 5.1).
//! All lines are written by one other task, so that they never mix.

use std::future::Future;
use std::io;

use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::{RoleServer, model::ClientJsonRpcMessage};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// The maximum length of a line, in bytes. A longer line is rejected, because a parsed message takes many times its
/// length in memory. Real requests have at most a few thousand bytes.
const LONGEST: usize = 1_024 * 1_024;
/// The capacity of the queue of lines to write, and of the queue of messages to handle.
const WAITING: usize = 64;

/// JSON-RPC's error code for invalid JSON.
const PARSE_ERROR: i32 = -32_700;
/// JSON-RPC's error code for an invalid request.
const INVALID_REQUEST: i32 = -32_600;

/// The server's end of a connection that exchanges lines.
pub(super) struct McpTransport {
    messages: Receiver<RxJsonRpcMessage<RoleServer>>,
    lines: Sender<Vec<u8>>,
    _reader: AbortOnDropHandle<()>,
}

impl McpTransport {
    /// Opens a connection. Returns it and the task that writes to `output`. The connection reads `input` until the
    /// input ends or the [`McpTransport`] is dropped. The task ends when the connection has ended and everything is
    /// written. Panics outside a tokio runtime.
    pub fn open(
        input: impl AsyncRead + Unpin + Send + 'static,
        output: impl AsyncWrite + Unpin + Send + 'static,
    ) -> (McpTransport, JoinHandle<io::Result<()>>) {
        let (lines, to_write) = channel(WAITING);
        let (sender, messages) = channel(WAITING);
        let writer = tokio::spawn(write(output, to_write));
        let reader =
            LineReader { input: BufReader::new(input), messages: sender, lines: lines.clone() };
        let reader = AbortOnDropHandle::new(tokio::spawn(reader.run()));
        (McpTransport { messages, lines, _reader: reader }, writer)
    }
}

impl Transport<RoleServer> for McpTransport {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let lines = self.lines.clone();
        async move {
            let line = serde_json::to_vec(&message)?;
            lines.send(line).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        self.messages.recv().await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.messages.close();
        Ok(())
    }
}

/// Writes each of `lines` to `output` until all senders are dropped.
async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut lines: Receiver<Vec<u8>>,
) -> io::Result<()> {
    while let Some(mut line) = lines.recv().await {
        line.push(b'\n');
        output.write_all(&line).await?;
        output.flush().await?;
    }
    Ok(())
}

struct LineReader<R> {
    input: BufReader<R>,
    messages: Sender<RxJsonRpcMessage<RoleServer>>,
    lines: Sender<Vec<u8>>,
}

/// A line of input.
enum InputLine {
    Whole(Vec<u8>),
    TooLong,
}

impl<R: AsyncRead + Unpin> LineReader<R> {
    /// Reads until the input or the session ends.
    async fn run(mut self) {
        let mut has_begun = false;
        while let Ok(Some(line)) = self.line().await {
            let outcome = match line {
                InputLine::Whole(line) => read(&line),
                InputLine::TooLong => LineOutcome::Rejected(error(
                    INVALID_REQUEST,
                    &Value::Null,
                    "the line is too long",
                )),
            };
            let is_connected = match outcome {
                LineOutcome::Rejected(answer) => {
                    self.lines.send(answer.to_string().into_bytes()).await.is_ok()
                }
                LineOutcome::Message(message) => {
                    has_begun |= matches!(*message, ClientJsonRpcMessage::Request(_));
                    // Discards other messages before the first request, because they would end the session.
                    !has_begun || self.messages.send(*message).await.is_ok()
                }
                LineOutcome::Ignored => true,
            };
            if !is_connected {
                break;
            }
        }
    }

    /// Reads the next line, without its newline. Discards the content of a line that is too long. `None` at the end of
    /// the input.
    async fn line(&mut self) -> io::Result<Option<InputLine>> {
        let mut line = Vec::new();
        let mut is_too_long = false;
        let mut has_read = false;
        loop {
            let read = self.input.fill_buf().await?;
            let end = read.iter().position(|byte| *byte == b'\n');
            let piece = read.get(..end.unwrap_or(read.len())).unwrap_or_default();
            is_too_long |= line.len() + piece.len() > LONGEST;
            if is_too_long {
                line = Vec::new();
            } else {
                line.extend_from_slice(piece);
            }
            let is_over = read.is_empty();
            has_read |= !is_over;
            let used = piece.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() || is_over {
                let line = if is_too_long { InputLine::TooLong } else { InputLine::Whole(line) };
                return Ok(has_read.then_some(line));
            }
        }
    }
}

/// How a line is handled.
enum LineOutcome {
    Message(Box<RxJsonRpcMessage<RoleServer>>),
    /// The line is rejected with this error response.
    Rejected(Value),
    /// An empty line or an unknown notification. Neither gets a response.
    Ignored,
}

/// Parses `line` as a message.
fn read(line: &[u8]) -> LineOutcome {
    // JSON may start with a byte order mark, which is ignored.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return LineOutcome::Ignored;
    }
    let cause = match serde_json::from_slice(line) {
        Ok(message) => return LineOutcome::Message(Box::new(message)),
        Err(cause) => cause,
    };
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(cause) => {
            return LineOutcome::Rejected(error(
                PARSE_ERROR,
                &Value::Null,
                &format!("not JSON: {cause}"),
            ));
        }
    };
    let is_notification = value.get("id").is_none()
        && value.get("method").is_some_and(Value::is_string)
        && value.get("jsonrpc").is_some_and(|version| version == "2.0");
    if is_notification {
        return LineOutcome::Ignored;
    }
    let id = value.get("id").filter(|id| id.is_string() || id.is_number());
    let message = format!("not a message of the protocol: {cause}");
    LineOutcome::Rejected(error(INVALID_REQUEST, id.unwrap_or(&Value::Null), &message))
}

/// A JSON-RPC error response to the request `id`, which is null if it is unknown.
fn error(code: i32, id: &Value, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}
