//! The answers of `chime config`.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::config::Setting;
use crate::terminal::{Answer, Page};

/// Where the configuration file is.
#[derive(Serialize, Debug)]
pub struct ConfigPath {
    /// The path.
    pub path: String,
    /// Whether there is such a file.
    pub exists: bool,
}

impl Answer for ConfigPath {
    fn text(&self, _page: &Page<'_>) -> String {
        self.path.clone()
    }
}

/// Settings, as one object of keys and values.
#[derive(Serialize, Debug)]
#[serde(transparent)]
pub struct Settings {
    values: Map<String, Value>,
    #[serde(skip)]
    alone: bool,
}

impl Settings {
    /// Some settings.
    #[must_use]
    pub fn new(settings: &[Setting]) -> Self {
        let pair = |setting: &Setting| {
            let value = Value::String(setting.value.clone());
            (setting.key.to_string(), value)
        };
        Self {
            values: settings.iter().map(pair).collect(),
            alone: false,
        }
    }

    /// One setting, whose text is its value alone.
    #[must_use]
    pub fn one(setting: &Setting) -> Self {
        Self {
            alone: true,
            ..Self::new(std::slice::from_ref(setting))
        }
    }
}

impl Answer for Settings {
    fn text(&self, _page: &Page<'_>) -> String {
        let line = |(key, value): (&String, &Value)| {
            let value = value.as_str().unwrap_or_default();
            match self.alone {
                true => value.to_string(),
                false => format!("{key}={value}"),
            }
        };
        self.values.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
