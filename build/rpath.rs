//! Build script of every crate that links DuckDB: binaries and tests find the shared library
//! beside themselves first, then where `cargo xtask` put it, with no environment variable

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    if std::env::var_os("CARGO_FEATURE_BUNDLED").is_some() {
        return;
    }
    let Some(library) = std::env::var_os("DUCKDB_LIB_DIR") else {
        return;
    };
    let library = Path::new(&library);
    let library = library
        .canonicalize()
        .unwrap_or_else(|_| library.to_path_buf());
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN"),
        Ok("macos") => println!("cargo:rustc-link-arg=-Wl,-rpath,@loader_path"),
        _ => return,
    }
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", library.display());
}
