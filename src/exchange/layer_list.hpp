// The operations of an exported generator as data: written into dcgan.json, read from it, and rebuilt for exports from
// before it held them. A file may claim anything: what comes out has been checked, operation by operation.
#pragma once

#include <optional>
#include <string>

#include "core/json.hpp"
#include "exchange/generator.hpp"
#include "exchange/script_file.hpp"
#include "nn/layers.hpp"

namespace dcgan {

/// One object an operation: "kind", "from", of kAdd and kConcat "other", "name" and, by part, "tensors": names in
/// `weights`; stride, padding, groups (where there are several), of kPad before and after, eps and slope where
/// the kind has them. `weights` are those of the file, which hold the layers' tensors by flat name or, frozen, as equal constants. Throws Error when one is not there, as a NaN is not.
Json layers_to_json(const Layers& layers, const NamedTensors& weights);

/// The reverse. Throws Error naming `origin` and the operation.
Layers layers_from_json(const Json& list, const NamedTensors& weights, const std::string& origin);

/// The operations of an export of version 1: of its architecture, as many as it has weights. `program` is the text of a
/// frozen one's class, for the order of its constants. Throws Error when the weights are no such network's.
Layers layers_of_version_1(const std::string& arch, bool has_classes, const ScriptWeights& weights,
                           const std::string& program, const std::string& origin);

/// Throws Error unless the operations make [N, channels, height, width] of info.input: each takes values made
/// before it, has the tensors of its kind, of shapes that fit its input, in the numbers `weights` (statistics, and
/// BatchNorm's own, in float32), mixes no images, and makes at most 2^30 numbers an image, all together at most 2^32.
void check_layers(const Layers& layers, const GeneratorInfo& info, at::ScalarType weights, const std::string& origin);

}  // namespace dcgan
