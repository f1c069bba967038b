//! Enumerations, written by name and read by name or number: some clients send the numbers

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! enumeration {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $number:literal $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub enum $name {
            #[default]
            $($(#[$what])* $variant,)*
        }

        impl $name {
            /// The name that stands in JSON
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Whether it is the value that stands for none, which is left out
            pub fn is_unspecified(&self) -> bool {
                *self == Self::default()
            }

            fn of_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }

            fn of_number(number: u64) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                const NAMES: &[&str] = &[$($text),*];
                let found = NameOrNumber::deserialize(deserializer)?;
                let value = match &found {
                    NameOrNumber::Name(name) => Self::of_name(name),
                    NameOrNumber::Number(number) => Self::of_number(*number),
                };
                value.ok_or_else(|| match found {
                    NameOrNumber::Name(name) => de::Error::unknown_variant(&name, NAMES),
                    NameOrNumber::Number(number) => de::Error::custom(format!(
                        "{number} is no value of {}", stringify!($name)
                    )),
                })
            }
        }
    };
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NameOrNumber {
    Name(String),
    Number(u64),
}

enumeration! {
    /// How far a job is
    JobState {
        /// Not said
        Unspecified = 0 "JOB_STATE_UNSPECIFIED",
        /// Waiting to be taken up
        Queued = 1 "JOB_STATE_QUEUED",
        /// Being prepared
        Pending = 2 "JOB_STATE_PENDING",
        /// Going on
        Running = 3 "JOB_STATE_RUNNING",
        /// Done
        Succeeded = 4 "JOB_STATE_SUCCEEDED",
        /// Failed, with an error
        Failed = 5 "JOB_STATE_FAILED",
        /// Asked to stop
        Cancelling = 6 "JOB_STATE_CANCELLING",
        /// Stopped by request
        Cancelled = 7 "JOB_STATE_CANCELLED",
        /// Resting until it is resumed
        Paused = 8 "JOB_STATE_PAUSED",
        /// Over its time
        Expired = 9 "JOB_STATE_EXPIRED",
        /// Being changed
        Updating = 10 "JOB_STATE_UPDATING",
        /// Done for a part of the input
        PartiallySucceeded = 11 "JOB_STATE_PARTIALLY_SUCCEEDED",
    }
}

enumeration! {
    /// How far a pipeline is
    PipelineState {
        /// Not said
        Unspecified = 0 "PIPELINE_STATE_UNSPECIFIED",
        /// Waiting to be taken up
        Queued = 1 "PIPELINE_STATE_QUEUED",
        /// Being prepared
        Pending = 2 "PIPELINE_STATE_PENDING",
        /// Going on
        Running = 3 "PIPELINE_STATE_RUNNING",
        /// Done
        Succeeded = 4 "PIPELINE_STATE_SUCCEEDED",
        /// Failed, with an error
        Failed = 5 "PIPELINE_STATE_FAILED",
        /// Asked to stop
        Cancelling = 6 "PIPELINE_STATE_CANCELLING",
        /// Stopped by request
        Cancelled = 7 "PIPELINE_STATE_CANCELLED",
        /// Resting until it is resumed
        Paused = 8 "PIPELINE_STATE_PAUSED",
    }
}

enumeration! {
    /// How far a pipeline's task is; `PipelineTaskDetail.State` in the interface's definition
    PipelineTaskState {
        /// Not said
        Unspecified = 0 "STATE_UNSPECIFIED",
        /// Waits for what it depends on
        Pending = 1 "PENDING",
        /// Going on
        Running = 2 "RUNNING",
        /// Done
        Succeeded = 3 "SUCCEEDED",
        /// Asked to stop
        CancelPending = 4 "CANCEL_PENDING",
        /// Being stopped
        Cancelling = 5 "CANCELLING",
        /// Stopped by request
        Cancelled = 6 "CANCELLED",
        /// Failed, with an error
        Failed = 7 "FAILED",
        /// Left out, since an earlier run did the same
        Skipped = 8 "SKIPPED",
        /// Left out, since its condition does not hold
        NotTriggered = 9 "NOT_TRIGGERED",
    }
}

enumeration! {
    /// Whether a monitoring job looks at a window at the moment
    MonitoringScheduleState {
        /// Not said
        Unspecified = 0 "MONITORING_SCHEDULE_STATE_UNSPECIFIED",
        /// The pipeline that looks at the last window waits
        Pending = 1 "PENDING",
        /// Between two windows
        Offline = 2 "OFFLINE",
        /// The pipeline runs
        Running = 3 "RUNNING",
    }
}
