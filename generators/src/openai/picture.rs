//! From a server's answer to a picture file.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    client::{Answer, code_of},
    error::{Fault, UpstreamError},
    wire::Pictures,
};
use crate::{GeneratorError, PictureFile};

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 96 << 20;

/// Reads the first picture of an answer, as the file that the server made.
///
/// # Errors
/// [`GeneratorError::Upstream`]
pub(super) async fn read(answer: &mut Answer) -> Result<PictureFile, GeneratorError> {
    let body = answer.whole(ANSWER_BYTES_MAX).await;
    let read = body.and_then(|body| picture(&body));
    Ok(answer.judged(read)?)
}

fn picture(body: &[u8]) -> Result<PictureFile, UpstreamError> {
    let malformed = |_| Fault::Malformed("it is not the JSON of pictures");
    let body: Pictures = serde_json::from_slice(body).map_err(malformed)?;
    if let Some(error) = body.error.filter(|error| !error.is_null()) {
        return Err(Fault::Reported(code_of(&error)).into());
    }
    let encoded = body.data.into_iter().next().and_then(|first| first.b64_json);
    let encoded = encoded.ok_or(Fault::Malformed("it holds no picture in base64"))?;
    let bytes = STANDARD.decode(encoded).map_err(|_| Fault::Malformed("its base64 is damaged"))?;
    Ok(PictureFile { bytes, warnings: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_taken_as_the_file_it_is() {
        let body = br#"{"created":1,"data":[{"b64_json":"iVBORw=="}]}"#;
        assert_eq!(picture(body).unwrap().bytes, b"\x89PNG");
        for body in ["", "{}", r#"{"data":[{"url":"http://x"}]}"#, r#"{"data":[{"b64_json":"?"}]}"#]
        {
            assert_eq!(picture(body.as_bytes()).unwrap_err().code(), "upstream_malformed");
        }
    }
}
