//! Any text as the files of a small project, which is compiled and whose diagnostics are shown

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let compilation = sqlx_compiler::fuzzing::project(text);
    let renderer = diagnostic::Renderer::new(false, 80);
    for finding in &compilation.diagnostics {
        assert!(!renderer.render(finding).is_empty());
        assert!(diagnostic::to_json(finding).is_object());
    }
    assert!(!compilation.has_errors() || !compilation.diagnostics.is_empty());
});
