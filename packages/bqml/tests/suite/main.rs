//! Training, model functions and the registry as their callers see them

#[cfg(test)]
mod errors;
mod features;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod imported;
#[cfg(test)]
mod linear;
#[cfg(test)]
mod prediction;
#[cfg(test)]
mod program;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod scikit_learn;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod support;
#[cfg(test)]
mod training;
#[cfg(test)]
mod transform;
#[cfg(test)]
mod trees;
#[cfg(test)]
mod tuning;
#[cfg(test)]
mod unsupervised;
