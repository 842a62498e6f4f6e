//! Any size and any mask: no panic, and what is not marked stays.

use proptest::prelude::*;
use retouch::{
    Mask, Picture, Restoration, RetouchError, enlarge, fill, restore, restyle, try_on, vary,
};

fn picture() -> impl Strategy<Value = Picture> {
    (1u32..=40, 1u32..=40).prop_flat_map(|(width, height)| {
        let length = (width * height * 3) as usize;
        proptest::collection::vec(any::<u8>(), length)
            .prop_map(move |pixels| Picture::new(width, height, pixels).unwrap())
    })
}

fn masked() -> impl Strategy<Value = (Picture, Mask)> {
    picture().prop_flat_map(|picture| {
        let (width, height) = (picture.width(), picture.height());
        let value = prop_oneof![3 => Just(0u8), 2 => Just(255u8), 1 => any::<u8>()];
        proptest::collection::vec(value, (width * height) as usize)
            .prop_map(move |values| (picture.clone(), Mask::new(width, height, values).unwrap()))
    })
}

fn kept(before: &Picture, after: &Picture, mask: &Mask) -> bool {
    let pairs = before.pixels().chunks(3).zip(after.pixels().chunks(3));
    pairs.zip(mask.values()).all(|((a, b), value)| *value > 0 || a == b)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn filling_keeps_the_rest((picture, mask) in masked()) {
        match fill(&picture, &mask, &mut |_, _| true) {
            Ok(result) => prop_assert!(kept(&picture, &result, &mask)),
            Err(RetouchError::EmptyMask { .. } | RetouchError::NothingKept) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn trying_on_keeps_the_rest((person, mask) in masked(), (garment, shape) in masked()) {
        for shape in [Some(&shape), None] {
            match try_on(&person, &garment, &mask, shape, &mut |_, _| true) {
                Ok(result) => prop_assert!(kept(&person, &result, &mask)),
                Err(RetouchError::EmptyMask { .. } | RetouchError::GarmentNotFound) => {}
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }

    #[test]
    fn restoring_gives_a_picture_of_the_same_size((picture, mask) in masked()) {
        let wanted = Restoration::default();
        let result = restore(&picture, &wanted, None, &mut |_, _| true).unwrap().picture;
        prop_assert_eq!((result.width(), result.height()), (picture.width(), picture.height()));
        match restore(&picture, &wanted, Some(&mask), &mut |_, _| true) {
            Ok(restored) => prop_assert_eq!(restored.picture.pixels().len(), picture.pixels().len()),
            Err(error) => prop_assert_eq!(error, RetouchError::NothingKept),
        }
    }

    #[test]
    fn the_others_take_any_size(picture in picture(), style in picture(), strength in 0f32..=1.0) {
        let styled = restyle(&picture, &style, strength, &mut |_, _| true).unwrap();
        prop_assert_eq!(styled.pixels().len(), picture.pixels().len());
        let varied = vary(&picture, 5, &mut |_, _| true).unwrap();
        prop_assert_eq!(varied.pixels().len(), picture.pixels().len());
        for factor in 2..=4 {
            let large = enlarge(&picture, factor, &mut |_, _| true).unwrap();
            prop_assert_eq!(large.width(), picture.width() * factor);
            prop_assert_eq!(large.height(), picture.height() * factor);
        }
    }
}
