//! The messages between a reader and its child process: each is encoded with postcard, after its length in four bytes
//! (little-endian).

use std::io::{self, Read, Write};

use serde::Serialize;

/// Writes `value` to `to`.
pub(super) fn write_frame(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let body = postcard::to_stdvec(value).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&body)?;
    to.flush()
}

/// The body of the next message; `None` if `from` ends before the four bytes of the message's length are complete.
/// `Err` if the body is incomplete, or longer than `longest` bytes.
pub(super) fn read_frame(from: &mut impl Read, longest: u32) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let length = u32::from_le_bytes(length);
    if length > longest {
        return Err(io::Error::other("the message is too long"));
    }
    let mut body = vec![0; length as usize];
    from.read_exact(&mut body)?;
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let mut wire = Vec::new();
        write_frame(&mut wire, &("md", &b"# A\n"[..])).unwrap();
        write_frame(&mut wire, &("txt", &b""[..])).unwrap();
        let mut from = &wire[..];
        let frame = read_frame(&mut from, 100).unwrap().unwrap();
        let (format, bytes): (&str, &[u8]) = postcard::from_bytes(&frame).unwrap();
        assert_eq!((format, bytes), ("md", &b"# A\n"[..]));
        assert!(read_frame(&mut from, 100).unwrap().is_some());
        assert!(read_frame(&mut from, 100).unwrap().is_none());
        assert!(read_frame(&mut &wire[..], 3).is_err(), "longer than allowed");
        assert!(read_frame(&mut &wire[..6], 100).is_err(), "cut off");
    }
}
