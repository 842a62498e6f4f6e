//! From a server's answer to a picture file.

use super::wire::Pictures;
use crate::{
    GeneratorError, PictureFile,
    server::{
        Answer, Client, Fault, UpstreamError,
        client::code_of,
        file::{self, FILE_BYTES_MAX},
        visit::parsed,
    },
};

/// Reads the first picture of an answer, as the file that the server made. Where the server gives
/// an address instead, the file is fetched if it is on the same server.
///
/// # Errors
/// [`GeneratorError::Upstream`]
pub(super) async fn read(
    client: &Client,
    answer: &mut Answer,
) -> Result<PictureFile, GeneratorError> {
    let read = taken(client, answer).await;
    Ok(answer.judged(read)?)
}

async fn taken(client: &Client, answer: &mut Answer) -> Result<PictureFile, UpstreamError> {
    match picture(&answer.whole(FILE_BYTES_MAX).await?)? {
        Found::File(file) => Ok(file),
        Found::Address(address) => {
            let mut fetched = client.follow(answer, &address).await?;
            file::picture(fetched.whole(FILE_BYTES_MAX).await?)
        }
    }
}

/// What an answer holds.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    File(PictureFile),
    Address(String),
}

fn picture(body: &[u8]) -> Result<Found, UpstreamError> {
    let body: Pictures = parsed(body)?;
    if let Some(error) = body.error.filter(|error| !error.is_null()) {
        return Err(Fault::Reported(code_of(&error)).into());
    }
    let first = body.data.into_iter().next().ok_or(Fault::Malformed("it holds no picture"))?;
    match (first.b64_json, first.url) {
        (Some(encoded), _) => file::decoded(&encoded).map(Found::File),
        (None, Some(address)) if address.starts_with("data:") => {
            file::decoded(&address).map(Found::File)
        }
        (None, Some(address)) => Ok(Found::Address(address)),
        (None, None) => Err(Fault::Malformed("it holds no picture").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_taken_as_the_file_it_is() {
        let body = br#"{"created":1,"data":[{"b64_json":"iVBORw=="}]}"#;
        assert!(matches!(picture(body), Ok(Found::File(file)) if file.bytes == b"\x89PNG"));
        let body = br#"{"data":[{"b64_json":null,"url":"/made/1.png"}]}"#;
        assert_eq!(picture(body), Ok(Found::Address("/made/1.png".to_owned())));
        for body in ["", "{}", r#"{"data":[{}]}"#, r#"{"data":[{"b64_json":"?"}]}"#] {
            assert_eq!(picture(body.as_bytes()).unwrap_err().code(), "upstream_malformed");
        }
    }
}
