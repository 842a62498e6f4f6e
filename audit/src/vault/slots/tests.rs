//! Every write is torn at every byte and failed once; no key is lost unless it was to be erased,
//! and no erased key stays readable.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;
use crate::vault::cipher::{DataKey, EvidenceKey};

/// A file in memory that remembers its writes and fails from one operation on.
#[derive(Debug, Clone, Default)]
struct Memory(Arc<Mutex<Writes>>);

#[derive(Debug, Default)]
struct Writes {
    image: Vec<u8>,
    done: Vec<(usize, Vec<u8>)>,
    operations_left: Option<usize>,
}

impl Memory {
    fn holding(image: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Writes { image, ..Writes::default() })))
    }

    fn image(&self) -> Vec<u8> {
        self.0.lock().unwrap().image.clone()
    }

    fn writes(&self) -> Vec<(usize, Vec<u8>)> {
        self.0.lock().unwrap().done.clone()
    }

    fn slots(&self) -> Result<Slots, VaultError> {
        Slots::read(Path::new("keys"), Box::new(self.clone()), &self.image())
    }
}

impl Writes {
    fn put(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset + bytes.len();
        if self.image.len() < end {
            self.image.resize(end, 0);
        }
        self.image[offset..end].copy_from_slice(bytes);
    }

    fn take(&mut self) -> bool {
        match &mut self.operations_left {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

impl SlotFile for Memory {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut writes = self.0.lock().unwrap();
        let offset = usize::try_from(offset).unwrap();
        if writes.take() {
            writes.done.push((offset, bytes.to_vec()));
            writes.put(offset, bytes);
            return Ok(());
        }
        writes.put(offset, &bytes[..bytes.len() / 2]);
        Err(io::ErrorKind::StorageFull.into())
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.0.lock().unwrap().take() { Ok(()) } else { Err(io::ErrorKind::Other.into()) }
    }
}

fn subject(number: u8) -> Subject {
    Subject::from_bytes([number; 16])
}

fn key(number: u8) -> Live {
    let wrapped = EvidenceKey::new([9; 32]).wrap(subject(number), &DataKey::random().unwrap());
    Live { log_size: number.into(), made: 1_700_000_000, wrapped: wrapped.unwrap() }
}

fn contains(image: &[u8], secret: &[u8]) -> bool {
    image.windows(secret.len()).any(|window| window == secret)
}

/// Every image that a power cut during `writes`, made on top of `before`, may leave.
fn torn(before: &[u8], writes: &[(usize, Vec<u8>)]) -> Vec<Vec<u8>> {
    let mut images = Vec::new();
    let mut whole = Writes { image: before.to_vec(), ..Writes::default() };
    for (offset, bytes) in writes {
        for length in 0..=bytes.len() {
            let mut cut = Writes { image: whole.image.clone(), ..Writes::default() };
            cut.put(*offset, &bytes[..length]);
            images.push(cut.image);
        }
        whole.put(*offset, bytes);
    }
    images
}

#[test]
fn a_new_key_is_there_or_not_wherever_the_power_goes() {
    for others in [0, 1, 32] {
        let file = Memory::default();
        let mut slots = file.slots().unwrap();
        (1..=others).for_each(|number| slots.add(subject(number), key(number)).unwrap());
        let (before, seen) = (file.image(), file.writes().len());
        slots.add(subject(99), key(99)).unwrap();
        for image in torn(&before, &file.writes()[seen..]) {
            let reopened = Memory::holding(image).slots().unwrap();
            assert_eq!(
                reopened.subjects().filter(|row| row.0 != subject(99)).count(),
                usize::from(others)
            );
            assert_eq!(reopened.erased().count(), 0);
        }
        assert!(file.slots().unwrap().live(subject(99)).is_some());
    }
}

#[test]
fn an_erasure_has_happened_or_not_wherever_the_power_goes_and_leaves_no_key() {
    let file = Memory::default();
    let mut slots = file.slots().unwrap();
    (1..=3).for_each(|number| slots.add(subject(number), key(number)).unwrap());
    let secret = slots.live(subject(2)).unwrap().wrapped.bytes;
    let (before, seen) = (file.image(), file.writes().len());
    assert!(slots.erase(subject(2), Ground::Request).unwrap());
    assert!(!contains(&file.image(), &secret[..8]));
    slots.free(subject(2)).unwrap();
    let (mut kept, mut erased, mut freed) = (0, 0, 0);
    for image in torn(&before, &file.writes()[seen..]) {
        let torn = Memory::holding(image);
        let reopened = torn.slots().unwrap();
        assert!(reopened.live(subject(1)).is_some() && reopened.live(subject(3)).is_some());
        if reopened.live(subject(2)).is_some() {
            kept += 1;
            continue;
        }
        for part in secret.chunks(4) {
            assert!(!contains(&torn.image(), part), "a part of the key is still there");
        }
        match reopened.erased().next() {
            Some((_, tombstone)) => {
                assert_eq!(tombstone, Tombstone { ground: Ground::Request, log_size: 2 });
                erased += 1;
            }
            None => freed += 1,
        }
        assert_eq!(torn.slots().unwrap().subjects().count(), 2, "opening again changes nothing");
    }
    assert!(kept > 0 && erased > 100 && freed > 100, "{kept} {erased} {freed}");
}

#[test]
fn whichever_operation_fails_the_file_says_so_and_opens_again() {
    for operations in 0..8 {
        let file = Memory::default();
        file.0.lock().unwrap().operations_left = Some(operations);
        let mut slots = file.slots().unwrap();
        let done = slots
            .add(subject(1), key(1))
            .and_then(|()| slots.erase(subject(1), Ground::Request))
            .and_then(|_| slots.free(subject(1)));
        assert_eq!(done.is_ok(), operations >= 8, "{operations}: {done:?}");
        assert!(matches!(slots.add(subject(2), key(2)), Err(VaultError::Stopped(_))));
        assert!(slots.stopped().is_some());
        file.0.lock().unwrap().operations_left = None;
        let mut slots = file.slots().unwrap();
        slots.add(subject(2), key(2)).unwrap();
        assert!(file.slots().unwrap().live(subject(2)).is_some());
    }
}

#[test]
fn nobody_gets_a_new_key_before_their_erasure_is_on_record() {
    let file = Memory::default();
    let mut slots = file.slots().unwrap();
    slots.add(subject(1), key(1)).unwrap();
    slots.erase(subject(1), Ground::Request).unwrap();
    assert!(matches!(slots.add(subject(1), key(1)), Err(VaultError::Erasing)));
    slots.free(subject(1)).unwrap();
    slots.add(subject(1), key(1)).unwrap();
    assert!(!slots.erase(subject(2), Ground::Request).unwrap(), "nobody is there");
}

#[test]
fn a_flipped_bit_is_damage_and_not_an_erasure() {
    let file = Memory::default();
    file.slots().unwrap().add(subject(1), key(1)).unwrap();
    let image = file.image();
    for at in 0..SLOT_BYTES {
        for bit in 0..8 {
            let mut image = image.clone();
            image[at] ^= 1 << bit;
            let opened = Memory::holding(image).slots();
            assert!(matches!(opened, Err(VaultError::Damaged { slot: 0 })), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn a_real_file_keeps_keys_and_only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let mut slots = Slots::open(&path).unwrap();
    (1..=40).for_each(|number| slots.add(subject(number), key(number)).unwrap());
    slots.erase(subject(7), Ground::Expired).unwrap();
    drop(slots);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let slots = Slots::open(&path).unwrap();
    assert_eq!((slots.subjects().count(), slots.erased().count()), (39, 1));
}

proptest! {
    #[test]
    fn any_order_of_changes_is_what_a_map_would_hold(steps in proptest::collection::vec((0u8..3, 0u8..6), 0..60)) {
        let file = Memory::default();
        let mut slots = file.slots().unwrap();
        let (mut live, mut erased) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
        for (step, number) in steps {
            let who = subject(number);
            match step {
                0 if !live.contains(&who) => {
                    let added = slots.add(who, key(number)).is_ok();
                    prop_assert_eq!(added, !erased.contains(&who));
                    if added { live.insert(who); }
                }
                1 => {
                    let was = slots.erase(who, Ground::Request).unwrap();
                    prop_assert_eq!(was, live.remove(&who));
                    if was { erased.insert(who); }
                }
                2 => { slots.free(who).unwrap(); erased.remove(&who); }
                _ => {}
            }
            let read = file.slots().unwrap();
            prop_assert_eq!(read.subjects().map(|row| row.0).collect::<std::collections::BTreeSet<_>>(), live.clone());
            prop_assert_eq!(read.erased().map(|row| row.0).collect::<std::collections::BTreeSet<_>>(), erased.clone());
        }
    }

    #[test]
    fn arbitrary_files_are_read_or_refused(image in proptest::collection::vec(any::<u8>(), 0..600)) {
        drop(Memory::holding(image).slots());
    }
}
