//! Films that are sent while they are made.

use film::{Caption, FilmError, Fragment, Live, Mouth, MouthShape, Presenter, Sound};

use crate::{movie::moov, small};

/// How often a box of this kind starts in the bytes.
fn count(fragments: &[Fragment], kind: &[u8; 4]) -> usize {
    fragments.iter().map(|f| f.bytes.windows(4).filter(|four| four == kind).count()).sum()
}

#[test]
fn a_film_comes_in_fragments() {
    let board = small();
    let sound = Sound { rate: 16_000, samples: vec![0.1; 16_000] };
    let live = || -> Vec<Fragment> {
        Live::new(&board, &[], Some(&sound)).unwrap().map(Result::unwrap).collect()
    };
    let fragments = live();
    assert!(fragments[0].is_start);
    assert_eq!(moov(&fragments[0].bytes).trak_boxes.len(), 2);
    let frames: Vec<u32> = fragments.iter().map(|fragment| fragment.frames).collect();
    assert_eq!(frames, [0, 5, 5, 5]);
    assert_eq!(count(&fragments, b"moof"), 3);
    assert!(fragments == live(), "the same each time");
}

#[test]
fn a_presenter_speaks_piece_by_piece() {
    let mut presenter = Presenter::new(small(), Vec::new(), 16_000).unwrap();
    let mouth = [MouthShape { start: 0.0, end: 0.4, mouth: Mouth::Wide }];
    let caption = Caption { start: 0.0, end: 0.4, text: "Good evening.".to_owned() };
    let first = presenter.speak(&[0.1; 9_600], &mouth, &[caption]).unwrap();
    assert_eq!(first.iter().map(|f| f.frames).collect::<Vec<_>>(), [0, 5]);
    assert!(presenter.speak(&[0.1; 3_200], &mouth, &[]).unwrap().is_empty());
    let second = presenter.speak(&[0.1; 9_600], &mouth, &[]).unwrap();
    assert_eq!(second.iter().map(|f| f.frames).sum::<u32>(), 5);
    assert!((presenter.seconds() - 1.4).abs() < 1e-9);
    let last = presenter.finish().unwrap();
    assert_eq!(last.iter().map(|f| f.frames).sum::<u32>(), 4);
}

#[test]
fn a_presenter_needs_an_anchor_and_an_end() {
    let mut board = small();
    board.scenes.remove(0);
    let refused = Presenter::new(board, Vec::new(), 16_000);
    assert!(matches!(refused, Err(FilmError::Unsuited { .. })));
    let mut presenter = Presenter::new(small(), Vec::new(), 8_000).unwrap();
    let hour = vec![0.0; 8_000 * 3_600];
    assert!(matches!(presenter.speak(&hour, &[], &[]), Err(FilmError::Time { .. })));
}
