//! Names of resources: `projects/P/locations/L/models/ID@VERSION`

use std::fmt;

/// A project's location, in which all resources live
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parent {
    /// The project's id or number, as it was written
    pub project: String,
    /// Such as `us-central1`
    pub location: String,
}

impl Parent {
    /// Reads `projects/P/locations/L`; `None` for anything else
    pub fn parse(text: &str) -> Option<Self> {
        match text.split('/').collect::<Vec<_>>().as_slice() {
            ["projects", project, "locations", location]
                if !project.is_empty() && !location.is_empty() =>
            {
                Some(Self {
                    project: (*project).to_owned(),
                    location: (*location).to_owned(),
                })
            }
            _ => None,
        }
    }

    /// The name of a resource here
    pub fn child(&self, collection: &str, id: &str) -> ResourceName {
        ResourceName {
            parent: self.clone(),
            collection: collection.to_owned(),
            id: id.to_owned(),
            version: None,
        }
    }
}

impl fmt::Display for Parent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "projects/{}/locations/{}",
            self.project, self.location
        )
    }
}

/// The name of a resource that stands directly in a location
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName {
    /// Where it lives
    pub parent: Parent,
    /// Such as `models`
    pub collection: String,
    /// Its id in the collection
    pub id: String,
    /// Behind `@`: a model's version, by number or alias
    pub version: Option<String>,
}

impl ResourceName {
    /// Reads `projects/P/locations/L/COLLECTION/ID` with or without `@VERSION`; `None` for anything else
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '/');
        let parent = [parts.next()?, parts.next()?, parts.next()?, parts.next()?].join("/");
        let parent = Parent::parse(&parent)?;
        let (collection, id) = parts.next()?.split_once('/')?;
        let (id, version) = match id.split_once('@') {
            Some((id, version)) => (id, Some(version)),
            None => (id, None),
        };
        if collection.is_empty() || id.is_empty() || id.contains('/') || version == Some("") {
            return None;
        }
        Some(Self {
            version: version.map(str::to_owned),
            ..parent.child(collection, id)
        })
    }

    /// The same resource without a version
    pub fn without_version(&self) -> Self {
        Self {
            version: None,
            ..self.clone()
        }
    }

    /// This version of the resource
    pub fn with_version(&self, version: &str) -> Self {
        Self {
            version: Some(version.to_owned()),
            ..self.clone()
        }
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.parent, self.collection, self.id)?;
        match &self.version {
            Some(version) => write!(formatter, "@{version}"),
            None => Ok(()),
        }
    }
}
