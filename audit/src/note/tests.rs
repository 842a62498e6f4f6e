use types::Receipt;

use super::*;
use crate::LogKey;

/// The example of C2SP signed-note.
const EXAMPLE_VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE_NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn key() -> LogKey {
    let folder = tempfile::tempdir().unwrap();
    LogKey::create(&folder.path().join("k")).unwrap()
}

fn verifier(key: &LogKey) -> Verifier {
    Verifier::new("example.com/log".into(), key.verifying_key())
}

fn checkpoint(key: &LogKey) -> Checkpoint {
    Checkpoint::sign(key, "example.com/log", 7, Sha256::of(b"root"))
}

#[test]
fn the_example_of_the_specification_opens() {
    let verifier = Verifier::parse(EXAMPLE_VKEY).unwrap();
    assert_eq!(verifier.vkey(), EXAMPLE_VKEY);
    let (text, signers) = verifier.open(EXAMPLE_NOTE, "note").unwrap();
    assert_eq!((text, signers.len()), ("This is an example message.\n", 1));
    let changed = EXAMPLE_NOTE.replace("example message", "example massage");
    assert!(verifier.open(&changed, "note").is_err());
}

#[test]
fn a_checkpoint_opens_with_its_key_only_and_not_when_changed() {
    let (mine, other) = (key(), key());
    let checkpoint = checkpoint(&mine);
    assert_eq!(Checkpoint::open(&checkpoint.note, &verifier(&mine)).unwrap(), checkpoint);
    assert!(Checkpoint::open(&checkpoint.note, &verifier(&other)).is_err());
    let changed = checkpoint.note.replace("\n7\n", "\n8\n");
    assert!(Checkpoint::open(&changed, &verifier(&mine)).is_err());
    let parsed = Verifier::parse(&verifier(&mine).vkey()).unwrap();
    assert_eq!(parsed, verifier(&mine));
}

#[test]
fn lines_of_others_are_passed_over_and_a_wrong_line_in_our_name_is_not() {
    let (mine, other) = (key(), key());
    let signed = checkpoint(&mine).signed_also_by(&other);
    assert_eq!(signed.note.lines().count(), 6);
    for key in [&mine, &other] {
        assert_eq!(Checkpoint::open(&signed.note, &verifier(key)).unwrap().size, 7);
    }
    let unknown = EXAMPLE_NOTE.rsplit_once("\n\n").unwrap().1;
    let with_unknown = checkpoint(&mine).with_lines([unknown]);
    Checkpoint::open(&with_unknown.note, &verifier(&mine)).unwrap();
    // The same line twice counts once and does no harm.
    let line = signed.note.lines().nth(4).unwrap();
    let twice = format!("{}{line}\n", signed.note);
    let (_, signers) =
        verifier(&mine).clone().open(&twice, "note").map(|(t, s)| (t, s.len())).unwrap();
    assert_eq!(signers, 1);

    let moved = Checkpoint::sign(&mine, "example.com/log", 8, Sha256::of(b"x"));
    let foreign = moved.note.lines().last().unwrap();
    let spoilt = format!("{}{foreign}\n", checkpoint(&mine).note);
    assert!(Checkpoint::open(&spoilt, &verifier(&mine)).is_err(), "a wrong signature by our key");
}

#[test]
fn only_one_form_of_a_checkpoint_is_read() {
    let key = key();
    let sign = |text: &str| {
        let signer = NoteKey::new("example.com/log".into(), ED25519, key.verifying_key());
        format!("{text}\n{}", signer.line(&key.sign(text.as_bytes()).to_bytes()))
    };
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let opens = |text: String| Checkpoint::open(&sign(&text), &verifier(&key)).is_ok();
    let cases = [
        (format!("example.com/log\n7\n{root}\n"), true),
        (format!("example.com/log\n7\n{root}\nextension\n"), true),
        (format!("example.com/log\n0\n{root}\n"), true),
        (format!("example.com/log\n07\n{root}\n"), false),
        (format!("example.com/log\n+7\n{root}\n"), false),
        (format!("example.com/log\n\n{root}\n"), false),
        (format!("example.com/log\n7\n{root}\n\n"), false),
        (format!("example.com/other\n7\n{root}\n"), false),
        ("example.com/log\n7\nAAAA\n".to_owned(), false),
        ("example.com/log\n7\n".to_owned(), false),
        (format!("example.com/log\n7\t\n{root}\n"), false),
    ];
    for (text, expected) in cases {
        assert_eq!(opens(text.clone()), expected, "{text:?}");
    }
}

#[test]
fn notes_have_limits() {
    let key = key();
    let unknown = EXAMPLE_NOTE.rsplit_once("\n\n").unwrap().1;
    let many = |n: usize| checkpoint(&key).note + &unknown.repeat(n);
    assert!(Checkpoint::open(&many(SIGNATURES_MAX - 1), &verifier(&key)).is_ok());
    assert!(Checkpoint::open(&many(SIGNATURES_MAX), &verifier(&key)).is_err());
    for broken in ["— x\n", "- x AAAAAAAA\n", "— x AAAA\n", "— x AAAAAAAA \n", "— x AAAAAAAA"]
    {
        let note = checkpoint(&key).note + broken;
        assert!(Checkpoint::open(&note, &verifier(&key)).is_err(), "{broken:?}");
    }
}

#[test]
fn a_receipt_is_for_one_index_and_one_leaf() {
    let key = key();
    let verifier = Verifier::new("log".into(), key.verifying_key());
    let receipt = receipt(&key, "log", 3, Sha256::of(b"leaf"));
    assert!(verifier.verifies_receipt(&receipt));
    assert!(!verifier.verifies_receipt(&Receipt { index: 4, ..receipt.clone() }));
    assert!(!verifier.verifies_receipt(&Receipt { leaf_hash: Sha256::of(b"x"), ..receipt }));
}

#[test]
fn a_proof_has_one_extra_line_at_most() {
    let text = Proof { index: 0, path: vec![], checkpoint: checkpoint(&key()).note }.text();
    let extra = |lines: &str| Proof::parse(&text.replace("index 0", &format!("{lines}index 0")));
    assert_eq!(extra("extra YWdl\n").unwrap().index, 0);
    assert!(extra("extra YWdl\nextra YWdl\n").is_err());
    assert!(extra("extra not base64\n").is_err());
    assert!(Proof::parse(&text.replace("index 0", "index 00")).is_err());
    let hash = format!("{}\n", "A".repeat(43) + "=");
    let long = text.replace("index 0\n", &format!("index 0\n{}", hash.repeat(64)));
    assert!(Proof::parse(&long).is_err());
}

proptest::proptest! {
    #[test]
    fn a_proof_survives_its_text(
        index: u64,
        path in proptest::collection::vec(proptest::array::uniform32(0_u8..), 0..=PATH_HASHES_MAX),
    ) {
        let path = path.into_iter().map(Sha256::from).collect();
        let checkpoint = Checkpoint::sign(&key(), "log", 1, Sha256::of(b"")).note;
        let proof = Proof { index, path, checkpoint };
        proptest::prop_assert_eq!(Proof::parse(&proof.text()).unwrap(), proof);
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in "\\PC{0,40}(\n\n)?(— [a-z]{0,3} [A-Za-z=]{0,12}\n?){0,3}") {
        let verifier = Verifier::new("log".into(), key().verifying_key());
        drop((Proof::parse(&text), Verifier::parse(&text), Checkpoint::open(&text, &verifier)));
    }

    #[test]
    fn a_number_has_one_form(number: u64, text in "[+0-9]{0,4}") {
        proptest::prop_assert_eq!(decimal(&number.to_string()), Some(number));
        proptest::prop_assert!(decimal(&text).is_none_or(|read| read.to_string() == text));
    }

    #[test]
    fn one_changed_byte_spoils_a_checkpoint(at in 0_usize..140, bit in 0_u8..8) {
        let key = key();
        let mut bytes = checkpoint(&key).note.into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let opened = String::from_utf8(bytes).ok().and_then(|note| Checkpoint::open(&note, &verifier(&key)).ok());
        proptest::prop_assert!(opened.is_none());
    }
}
