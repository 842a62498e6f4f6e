//! The implicit label of GB 45438-2025, appendix E: one object with seven strings.

use std::{fmt, str::FromStr};

use serde_json::{Value, json};

use crate::ProvenanceError;

/// Characters of a [`ProviderCode`].
const CODE_CHARS: usize = 27;

/// The label object. Its texts are printable ASCII without blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aigc {
    /// How sure it is that the content is synthetic.
    pub label: AigcLabel,
    /// `ContentProducer`: whoever generated the content; `None` where nobody knows.
    pub content_producer: Option<ProviderCode>,
    /// `ProduceID`: the producer's number for the content.
    pub produce_id: String,
    /// `ReservedCode1`: for the producer's own protection of the label.
    pub reserved_code1: String,
    /// `ContentPropagator`: whoever passes the content on.
    pub content_propagator: Option<ProviderCode>,
    /// `PropagateID`: the propagator's number for the content.
    pub propagate_id: String,
    /// `ReservedCode2`: for the propagator's own protection of the label.
    pub reserved_code2: String,
}

impl Aigc {
    /// The label of whoever generated the content.
    #[must_use]
    pub fn produced(producer: ProviderCode, id: impl Into<String>) -> Self {
        Self {
            content_producer: Some(producer),
            produce_id: id.into(),
            ..Self::empty(AigcLabel::Is)
        }
    }

    /// The label of whoever passes content on. A file that is labelled already keeps its own `Label`.
    #[must_use]
    pub fn passed_on(label: AigcLabel, propagator: ProviderCode, id: impl Into<String>) -> Self {
        Self { content_propagator: Some(propagator), propagate_id: id.into(), ..Self::empty(label) }
    }

    /// The label of content that somebody else has produced, for another form of the file that lost it:
    /// the producer's fields as they were, and who passes it on. `None` where they are not built as the
    /// standard says, and so cannot be written again.
    #[must_use]
    pub fn restored(before: &Value, propagator: Option<ProviderCode>, id: &str) -> Option<Self> {
        let text = |key: &str| before.get(key).and_then(Value::as_str).unwrap_or_default();
        let id = if propagator.is_some() { id } else { text("PropagateID") };
        let propagator = propagator.or_else(|| text("ContentPropagator").parse().ok());
        Some(Self {
            content_producer: Some(text("ContentProducer").parse().ok()?),
            produce_id: text("ProduceID").to_owned(),
            reserved_code1: text("ReservedCode1").to_owned(),
            content_propagator: propagator,
            propagate_id: id.to_owned(),
            ..Self::empty(AigcLabel::of_code(text("Label"))?)
        })
    }

    const fn empty(label: AigcLabel) -> Self {
        Self {
            label,
            content_producer: None,
            produce_id: String::new(),
            reserved_code1: String::new(),
            content_propagator: None,
            propagate_id: String::new(),
            reserved_code2: String::new(),
        }
    }

    /// The object, over one that the file carries already: its producer's fields stay as they are.
    ///
    /// # Errors
    /// [`ProvenanceError::Labels`] when a text of ours has other characters than printable ASCII, or
    /// when the label names nobody.
    pub(crate) fn over(&self, found: Option<&Value>) -> Result<Value, ProvenanceError> {
        self.check()?;
        let code = |code: &Option<ProviderCode>| code.as_ref().map(ProviderCode::to_string);
        let producer = code(&self.content_producer).unwrap_or_default();
        let Some(Value::Object(found)) = found else {
            return Ok(json!({
                "Label": self.label.code(),
                "ContentProducer": producer,
                "ProduceID": self.produce_id,
                "ReservedCode1": self.reserved_code1,
                "ContentPropagator": code(&self.content_propagator).unwrap_or_default(),
                "PropagateID": self.propagate_id,
                "ReservedCode2": self.reserved_code2,
            }));
        };
        // What else a producer wrote there is not ours to drop.
        let mut object = found.clone();
        for key in ["ContentProducer", "ProduceID", "ReservedCode1"] {
            object.entry(key).or_insert_with(|| json!(""));
        }
        object.entry("Label").or_insert_with(|| json!(self.label.code()));
        // Whoever would have produced it passes it on, if another produced it before.
        let (propagator, id) = match code(&self.content_propagator) {
            Some(propagator) => (propagator, &self.propagate_id),
            None => (producer, &self.produce_id),
        };
        object.insert("ContentPropagator".to_owned(), json!(propagator));
        object.insert("PropagateID".to_owned(), json!(id));
        object.insert("ReservedCode2".to_owned(), json!(self.reserved_code2));
        Ok(Value::Object(object))
    }

    fn check(&self) -> Result<(), ProvenanceError> {
        if self.content_producer.is_none() && self.content_propagator.is_none() {
            return Err(ProvenanceError::Labels(
                "the AIGC label names neither producer nor propagator: configure the code of one"
                    .to_owned(),
            ));
        }
        let texts = [
            ("ProduceID", &self.produce_id),
            ("ReservedCode1", &self.reserved_code1),
            ("PropagateID", &self.propagate_id),
            ("ReservedCode2", &self.reserved_code2),
        ];
        let odd = |text: &str| text.bytes().any(|byte| !(0x21..=0x7e).contains(&byte));
        match texts.iter().find(|(_, text)| odd(text)) {
            Some((key, _)) => Err(ProvenanceError::Labels(format!(
                "`{key}` of the AIGC label may only hold printable ASCII without blanks"
            ))),
            None => Ok(()),
        }
    }
}

/// How sure it is that content is synthetic: `Label`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AigcLabel {
    /// `1`: it is.
    Is,
    /// `2`: it may be; a user declared it.
    MayBe,
    /// `3`: it is suspected to be; traces were found.
    Suspected,
}

impl AigcLabel {
    /// The label of a figure of the standard.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Is, Self::MayBe, Self::Suspected].into_iter().find(|label| label.code() == code)
    }

    /// The figure of the standard.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Is => "1",
            Self::MayBe => "2",
            Self::Suspected => "3",
        }
    }
}

/// The code of a service provider, 27 characters: `00`, kind of subject, kind of number, the number
/// itself (18, such as a unified social credit code), `1` for producing or `2` for passing on, and four
/// for the service. It is given by whoever runs the service and never made up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProviderCode(String);

impl ProviderCode {
    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProviderCode {
    type Err = ProvenanceError;

    /// # Errors
    /// [`ProvenanceError::Labels`] when the code is not built as the standard says.
    fn from_str(code: &str) -> Result<Self, ProvenanceError> {
        let wrong = |reason: &str| {
            Err(ProvenanceError::Labels(format!("the provider code `{code}` {reason}")))
        };
        let capitals = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        match code.as_bytes() {
            bytes if bytes.len() != CODE_CHARS => {
                wrong(&format!("has {} characters and not {CODE_CHARS}", code.chars().count()))
            }
            bytes if !bytes.iter().all(capitals) => wrong("may only hold figures and capitals"),
            [b'0', b'0', rest @ ..] => match rest {
                [subject, number, ..] if !(subject.is_ascii_digit() && number.is_ascii_digit()) => {
                    wrong("needs figures at its third and fourth place")
                }
                [.., b'1' | b'2', _, _, _, _] => Ok(Self(code.to_owned())),
                _ => wrong("needs 1 (producer) or 2 (propagator) at its 23rd place"),
            },
            _ => wrong("must begin with 00"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "001191110102MA01TEST0X10001";

    fn producer() -> ProviderCode {
        CODE.parse().unwrap()
    }

    #[test]
    fn a_code_is_built_as_the_standard_says() {
        let cases = [
            (CODE, None),
            ("001191110102MA01TEST0X20001", None),
            ("001191110102MA01TEST0X1000", Some("26 characters")),
            ("", Some("0 characters")),
            ("011191110102MA01TEST0X10001", Some("begin with 00")),
            ("00A191110102MA01TEST0X10001", Some("figures")),
            ("001191110102MA01TEST0X30001", Some("23rd place")),
            ("001191110102ma01TEST0X10001", Some("capitals")),
            ("00119111010 MA01TEST0X10001", Some("capitals")),
        ];
        for (code, reason) in cases {
            match (code.parse::<ProviderCode>(), reason) {
                (Ok(parsed), None) => assert_eq!(parsed.to_string(), code),
                (Err(error), Some(reason)) => {
                    assert!(error.to_string().contains(reason), "{error}");
                }
                (parsed, _) => panic!("{code}: {parsed:?}"),
            }
        }
    }

    #[test]
    fn a_producer_is_named_once_and_a_propagator_never_takes_its_place() {
        let fresh = Aigc::produced(producer(), "asset-1").over(None).unwrap();
        assert_eq!(fresh["Label"], "1");
        assert_eq!(
            (&fresh["ContentProducer"], &fresh["ProduceID"]),
            (&json!(CODE), &json!("asset-1"))
        );
        assert_eq!(fresh.as_object().unwrap().len(), 7);

        let found =
            json!({ "Label": "2", "ContentProducer": "other", "ProduceID": "7", "Extra": "kept" });
        let passing = ["asset-2", "asset-3"];
        let labels = [
            Aigc::passed_on(AigcLabel::Is, producer(), passing[0]),
            Aigc::produced(producer(), passing[1]),
        ];
        for (aigc, id) in labels.iter().zip(passing) {
            let object = aigc.over(Some(&found)).unwrap();
            for key in ["Label", "ContentProducer", "ProduceID", "Extra"] {
                assert_eq!(object[key], found[key], "{key}");
            }
            assert_eq!(object["ContentPropagator"], CODE);
            assert_eq!(object["PropagateID"], id);
        }
    }

    #[test]
    fn a_form_that_lost_its_label_gets_the_producers_fields_again() {
        let before = Aigc::produced(producer(), "asset-1").over(None).unwrap();
        let passing: ProviderCode = "001191110102MA01TEST0X20001".parse().unwrap();
        let restored = Aigc::restored(&before, Some(passing), "asset-2").unwrap();
        let object = restored.over(None).unwrap();
        for key in ["Label", "ContentProducer", "ProduceID", "ReservedCode1"] {
            assert_eq!(object[key], before[key], "{key}");
        }
        assert_eq!(object["ContentPropagator"], "001191110102MA01TEST0X20001");
        assert_eq!(object["PropagateID"], "asset-2");
        let nobody = Aigc::restored(&before, None, "asset-2").unwrap().over(None).unwrap();
        assert_eq!(
            (&nobody["ContentPropagator"], &nobody["PropagateID"]),
            (&json!(""), &json!(""))
        );
        let odd = json!({ "Label": "1", "ContentProducer": "other", "ProduceID": "7" });
        assert_eq!(Aigc::restored(&odd, None, "asset-2"), None);
    }

    #[test]
    fn texts_are_printable_and_somebody_is_named() {
        for id in ["with blank", "编号", "line\n"] {
            let error = Aigc::produced(producer(), id).over(None).unwrap_err();
            assert!(error.to_string().contains("ProduceID"), "{error}");
        }
        let nobody = Aigc { content_producer: None, ..Aigc::produced(producer(), "1") };
        assert!(nobody.over(None).unwrap_err().to_string().contains("neither"));
    }
}
