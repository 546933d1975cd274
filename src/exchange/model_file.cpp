#include "exchange/model_file.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "exchange/generator.hpp"
#include "exchange/layer_weights.hpp"
#include "exchange/model_safetensors.hpp"
#include "exchange/operations.hpp"
#include "exchange/torchscript.hpp"

namespace dcgan {

ModelFile::ModelFile(const fs::path& path) : path_(path), origin_("'" + shown(path) + "'") {
  if (looks_like_torchscript(path))
    open_torchscript();
  else if (is_model_safetensors(path))
    open_safetensors();
  else
    open_checkpoint();
}

void ModelFile::open_checkpoint() {
  archive_.emplace(path_);
  origin_ = "the checkpoint " + origin_;
  meta_ = archive_->meta();
  check_training_version(meta_, origin_);
  plan_ = plan_from_json(meta_, origin_);
}

void ModelFile::open_safetensors() {
  ImportedModel model = read_model_safetensors(path_);
  plan_ = std::move(model.plan), tensors_ = std::move(model.tensors);
  meta_ = {{"images", model.images_seen}, {"network", plan_to_json(plan_)}, {"options", model.options}};
}

void ModelFile::open_torchscript() {
  const GeneratorOperations generator = read_torchscript(path_);
  if (generator.network.is_null())
    throw UsageError(origin_ + " was exported by a dcgan that did not write down which network it is",
                     "export it again with this version, or give the run or checkpoint that it was made of");
  const GeneratorInfo& info = generator.info;
  meta_ = {{"images", info.images_seen},
           {"network", generator.network},
           {"options", {{"fit", info.fit}, {"crop_at", info.crop_at}}}};
  plan_ = plan_from_json(meta_, origin_);
  if (plan_.class_names != info.class_names) throw Error(origin_ + " names its classes in two ways", "export it again");
  append(tensors_, info.ema ? kAveragePart : kGeneratorPart,
         weights_of_layers(plan_, generator.layers, generator.numbers, origin_));
}

int64_t ModelFile::images_seen() const { return required<int64_t>(meta_, "images", origin_); }

bool ModelFile::has(const std::string& part) const {
  const auto is_of_part = [&](const auto& one) { return one.first.starts_with(part); };
  if (!archive_) return std::any_of(tensors_.begin(), tensors_.end(), is_of_part);
  const auto all = archive_->list();
  return std::any_of(all.begin(), all.end(), is_of_part);
}

NamedTensors ModelFile::read(const std::string& part) const {
  if (archive_) return archive_->read_all(part);
  NamedTensors out;
  for (const auto& [name, tensor] : tensors_)
    if (name.starts_with(part)) out.emplace_back(name.substr(part.size()), tensor);
  return out;
}

NamedTensors ModelFile::read_generator(bool average) const {
  const char* wanted = average ? kAveragePart : kGeneratorPart;
  return read(has(wanted) ? wanted : average ? kGeneratorPart : kAveragePart);
}

NamedTensors ModelFile::beginning() const {
  NamedTensors all;
  append(all, kGeneratorPart, read_generator(false));
  append(all, kDiscriminatorPart, read(kDiscriminatorPart));
  append(all, kAveragePart, read_generator(true));
  return all;
}

void refuse_without_discriminator(const ModelFile& file, const std::string& model) {
  if (file.is_checkpoint())
    throw UsageError(model + " holds no discriminator: it was imported without one",
                     "import it again with both networks: dcgan import netG.pth netD.pth --out FILE.ckpt");
  throw UsageError(model + " holds no discriminator: it is a generator alone",
                   "give the run directory, one of its checkpoints, or safetensors of both: dcgan export RUN --out "
                   "model.safetensors");
}

}  // namespace dcgan
