//! Unicode's normal forms and case folding

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

/// The text in the form `NFC`, `NFKC`, `NFD` or `NFKD`, with the cases of letters folded or not
pub fn normalize(text: &str, form: &str, fold: bool) -> String {
    if fold && form == "NFKC" {
        return compatibility_fold(text);
    }
    let folded = match fold {
        true => CaseMapper::new().fold_string(text),
        false => text.into(),
    };
    let normal = match form {
        "NFKC" => ComposingNormalizer::new_nfkc().normalize(&folded),
        "NFD" => DecomposingNormalizer::new_nfd().normalize(&folded),
        "NFKD" => DecomposingNormalizer::new_nfkd().normalize(&folded),
        _ => ComposingNormalizer::new_nfc().normalize(&folded),
    };
    normal.into_owned()
}

/// Unicode's toNFKC_Casefold: folded, compatible forms, without letters that are not seen
///
/// <https://www.unicode.org/versions/latest/core-spec/chapter-3/#G34944>
fn compatibility_fold(text: &str) -> String {
    let (mapper, normalizer) = (CaseMapper::new(), ComposingNormalizer::new_nfkc());
    let mut text = text.to_owned();
    // Folding may make letters that have another compatible form; twice is a fixed point
    for _ in 0..2 {
        let seen: String = text
            .chars()
            .filter(|letter| !is_ignorable(*letter))
            .collect();
        text = normalizer
            .normalize(&mapper.fold_string(&normalizer.normalize(&seen)))
            .into_owned();
    }
    text
}

/// Unicode's Default_Ignorable_Code_Point
fn is_ignorable(letter: char) -> bool {
    matches!(
        u32::from(letter),
        0xad | 0x34f
            | 0x61c
            | 0x115f..=0x1160
            | 0x17b4..=0x17b5
            | 0x180b..=0x180f
            | 0x200b..=0x200f
            | 0x202a..=0x202e
            | 0x2060..=0x206f
            | 0x3164
            | 0xfe00..=0xfe0f
            | 0xfeff
            | 0xffa0
            | 0xfff0..=0xfff8
            | 0x1bca0..=0x1bca3
            | 0x1d173..=0x1d17a
            | 0xe0000..=0xe0fff
    )
}
