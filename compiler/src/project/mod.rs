//! A project as it lies on disk or in memory: its files, its settings, and what overrides them

mod files;
mod flow;
mod overrides;
mod settings;
mod timestamp;
pub mod yaml;
pub mod yaml_dump;
mod yaml_error;

pub use files::{DiskProject, FileError, FileSystem, MemoryProject, is_listed};
pub use overrides::ConfigOverride;
pub use settings::{
    CORE_VERSION, Extension, Settings, encoding_error, json_reason, names_core_version,
    read_settings,
};
