//! Hashes and fingerprints

use sha2::{Digest, Sha512};

use super::Kind::{Blob, Int, Text};
use super::{Answer, Function};

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_farm_fingerprint",
        parameters: &[Text],
        result: Int,
        body: |cells| Ok(Answer::Int(farmhash::fingerprint64(cells[0].bytes()) as i64)),
    },
    Function {
        name: "gs_farm_fingerprint",
        parameters: &[Blob],
        result: Int,
        body: |cells| Ok(Answer::Int(farmhash::fingerprint64(cells[0].bytes()) as i64)),
    },
    Function {
        name: "gs_sha512",
        parameters: &[Text],
        result: Blob,
        body: |cells| Ok(Answer::Blob(Sha512::digest(cells[0].bytes()).to_vec())),
    },
    Function {
        name: "gs_sha512",
        parameters: &[Blob],
        result: Blob,
        body: |cells| Ok(Answer::Blob(Sha512::digest(cells[0].bytes()).to_vec())),
    },
];
