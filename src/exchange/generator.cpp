#include "exchange/generator.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "checkpoint/run_directory.hpp"
#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "exchange/model_file.hpp"
#include "exchange/model_safetensors.hpp"
#include "exchange/torchscript.hpp"
#include "exchange/weights_file.hpp"
#include "formats/foreign_models.hpp"
#include "formats/onnx.hpp"
#include "nn/weights.hpp"

namespace dcgan {
namespace {

class NetGenerator : public Generator {
 public:
  NetGenerator(GeneratorNet net, const GeneratorInfo& info) : net_(std::move(net)) {
    info_ = info;
    net_->eval();
  }
  std::string checksum() const override { return weights_digest(net_->layers()); }

 private:
  at::Tensor images(const at::Tensor& z, const at::Tensor& y) override {
    const auto device = net_->parameters().front().device();
    return net_(z.to(device), y.defined() ? y.to(device) : y).cpu();
  }
  GeneratorNet net_;
};

/// Images seen. `hint`: what else --at may be.
int64_t position_named(const std::string& at, const std::string& hint) {
  int64_t images = 0;
  try {
    set_from_text({"at", &images, "", within(0, 1e15, "images"), ""}, at, "--at");
  } catch (const UsageError&) {
    throw UsageError("--at is '" + printable(at) + "': neither best nor newest nor a number of images seen", hint);
  }
  return images;
}

void refuse_what_is_no_model(const fs::path& file) {
  if (looks_like_weights(file))
    throw UsageError("'" + shown(file) + "' holds weights alone, for other programs",
                     "make a checkpoint of it: dcgan import " + shell_word(file.native()) + " --out imported.ckpt");
  if (looks_like_onnx(file))
    throw UsageError(
        "'" + shown(file) + "' is an ONNX model, which dcgan writes and does not run",
        "give the run directory or the checkpoint that it was exported from; what runs it: dcgan inspect " +
            shell_word(file.native()));
  if (const auto foreign = foreign_model(file); foreign && !looks_like_archive(file))
    throw UsageError("'" + shown(file) + "' is " + foreign->what, foreign->hint);
}

}  // namespace

std::string weights_digest(const Layers& layers) {
  Sha256 digest;
  for (const bool is_statistic : {false, true})  // as TorchScript keeps them: parameters, then buffers
    for (const Layer& layer : layers)
      for (const auto& [part, tensor] : layer.tensors) {
        if (Layer::is_statistic(part) != is_statistic) continue;
        const auto dense = tensor.detach().cpu().contiguous();
        digest.add(layer.flat_name(part));
        digest.add(dense.const_data_ptr(), dense.nbytes());
      }
  return digest.hex();
}

at::Tensor to_bytes(const at::Tensor& images) {
  return images.add(1.0).mul(127.5).round().clamp(0, 255).to(at::kByte).permute({0, 2, 3, 1}).contiguous();
}

GeneratorInfo generator_info(const NetworkPlan& plan, int64_t images_seen, bool ema, const std::string& origin) {
  const Size size = plan.shape.size();
  return {.latent = plan.options.latent,
          .channels = plan.image_channels,
          .height = size.height,
          .width = size.width,
          .classes = plan.classes,
          .images_seen = images_seen,
          .ema = ema,
          .origin = origin,
          .class_names = plan.class_names,
          .has_uniform_latents = plan.options.latent_space().is_uniform,
          .input = plan.generator().inputs.front()};
}

at::Tensor Generator::operator()(const at::Tensor& z, const at::Tensor& y) {
  const at::NoGradGuard no_grad;
  if (y.defined() != (info_.classes > 0))
    throw Error(info_.origin + (info_.classes > 0 ? " needs a class for every image" : " has no classes"));
  if (y.defined() && (y.scalar_type() != at::kLong || y.sizes() != at::IntArrayRef{z.size(0)} ||
                      (y.lt(0) | y.ge(info_.classes)).any().item<bool>()))
    throw Error("classes must be " + std::to_string(z.size(0)) + " whole numbers below " +
                std::to_string(info_.classes) + ", int64");
  return images(z, y);
}

Json plan_to_json(const NetworkPlan& plan) {
  NetworkOptions options = plan.options;
  options.resolve();  // files from before there was a choice say nothing, and mean the same
  Json json = to_json(fields_of(options));
  json["width"] = plan.shape.size().width, json["height"] = plan.shape.size().height;
  json["doublings"] = plan.shape.doublings;
  json["image_channels"] = plan.image_channels;
  json["classes"] = plan.classes, json["class_names"] = plan.class_names;
  return json;
}

void check_training_version(const Json& meta, const std::string& origin) {
  if (required<int64_t>(meta, "training_version", origin) != kTrainingVersion)
    throw OtherVersion(origin + " was written by another version of dcgan", "use the version that wrote it");
}

NetworkPlan plan_from_json(const Json& meta, const std::string& origin) {
  const Json json = required<Json>(meta, "network", origin);
  NetworkPlan plan;
  Json options = json;
  for (const char* key : {"width", "height", "doublings", "image_channels", "classes", "class_names"})
    options.erase(key);
  set_from_json(fields_of(plan.options), options, origin);
  if (!plan.options.base_channels.generator || !plan.options.base_channels.discriminator)
    throw Error(origin + " does not say how wide its networks are");
  const int64_t n = required<int64_t>(json, "doublings", origin);
  const int64_t width = required<int64_t>(json, "width", origin), height = required<int64_t>(json, "height", origin);
  plan.image_channels = required<int64_t>(json, "image_channels", origin);
  constexpr int64_t kMostSide = 1 << 16;
  if (n < 1 || n > 20 || std::min(width, height) < 1 || std::max(width, height) > kMostSide ||
      !is_picture_channels(plan.image_channels))
    throw Error(origin + " holds an impossible shape");
  if (json.contains("classes")) {  // older files know none
    plan.classes = required<int64_t>(json, "classes", origin);
    for (const auto& name : required<std::vector<std::string>>(json, "class_names", origin))
      plan.class_names.push_back(printable(name));
    if (plan.classes < 0 || plan.class_names.size() != static_cast<size_t>(plan.classes))
      throw Error(origin + " does not name its classes one by one");
  }
  plan.shape = {{width >> n, height >> n}, n};
  if (plan.shape.size() != Size{width, height}) throw Error(origin + " holds an impossible shape");
  return plan;
}

fs::path checkpoint_of(const fs::path& model, const std::string& at) {
  check_named_is_there(model, "give a run directory, a checkpoint or an exported model");
  std::error_code ignored;
  if (!fs::is_directory(model, ignored)) {
    if (!is_model_safetensors(model)) refuse_what_is_no_model(model);
    if (at != "best")
      throw UsageError(
          "--at " + printable(at) + " chooses among the checkpoints of a run, and '" + shown(model) + "' is a file",
          "leave --at out, or give the run directory");
    return model;
  }
  const RunDirectory run = RunDirectory::open(model);
  const auto all = run.checkpoints();
  if (const auto bests = run.bests(); at == "best" && !bests.empty()) return run.best(bests.back());
  if (all.empty())
    throw UsageError("the run '" + shown(model) + "' has no checkpoint yet", "let it train until it has written one");
  if (at == "best" || at == "newest") return run.checkpoint(all.back());
  std::vector<std::string> there;
  for (const int64_t one : all) there.push_back(std::to_string(one));
  const std::string hint = "there are best, newest, " + cut_list({there.rbegin(), there.rend()});
  const int64_t images = position_named(at, hint);
  if (std::find(all.begin(), all.end(), images) != all.end()) return run.checkpoint(images);
  throw UsageError("the run '" + shown(model) + "' has no checkpoint at " + counted(images, "image"),
                   hint + "; --keep keeps more");
}

void check_average_is_wanted(const ModelChoice& choice, const fs::path& model) {
  if (!choice.ema)
    throw UsageError("'" + shown(model) + "' holds the moving average only, so --no-ema cannot be had from it",
                     "give the run directory, or export with --no-ema");
}

LoadedNetwork load_network(const fs::path& model, const ModelChoice& choice) {
  const fs::path path = checkpoint_of(model, choice.at);
  std::error_code ignored;
  const bool is_best = path.filename().native().starts_with("best-");
  const std::string older = !fs::is_directory(model, ignored) ? ""
                            : is_best                         ? "take another state: --at newest"
                                                              : RunDirectory(model).hint_to_older_checkpoint();
  const auto with_hint = [&](auto&& read) {
    try {
      return read();
    } catch (const Error& error) {
      rethrow_exhausted(error);
      if (!error.hint().empty()) throw;
      throw Error(error.what(), older.empty() ? "copy it again from where it was written, or give another" : older);
    }
  };
  const ModelFile file = with_hint([&] { return ModelFile(path); });
  if (!file.has(kGeneratorPart)) check_average_is_wanted(choice, model);
  LoadedNetwork loaded;
  loaded.meta = file.meta();
  const NamedTensors weights = with_hint([&] { return file.read_generator(choice.ema); });
  check_weights(file.plan(), /*is_generator=*/true, numbers_in(weights), file.origin());
  loaded.net = GeneratorNet(file.plan());
  load_into(tensors_of(*loaded.net, true), weights, file.origin());
  to_channels_last(*loaded.net);  // as training keeps them: kernels, and sums of taps, round by the layout
  loaded.net->eval();
  const bool is_average = choice.ema && file.has(kAveragePart);
  loaded.info = generator_info(file.plan(), file.images_seen(), is_average, shown(path));
  const Json options = value_or<Json>(loaded.meta, "options", Json::object(), loaded.info.origin);
  loaded.info.fit = value_or(options, "fit", loaded.info.fit, loaded.info.origin);
  loaded.info.crop_at = value_or(options, "crop_at", loaded.info.crop_at, loaded.info.origin);
  return loaded;
}

std::unique_ptr<Generator> make_generator(GeneratorNet net, const GeneratorInfo& info) {
  return std::make_unique<NetGenerator>(std::move(net), info);
}

std::unique_ptr<Generator> open_generator(const fs::path& model, const ModelChoice& choice) {
  if (looks_like_torchscript(model)) {
    checkpoint_of(model, choice.at);  // refuses a choice, and weights alone
    auto generator = open_torchscript(model, choice.run_code);
    if (generator->info().ema) check_average_is_wanted(choice, model);
    return generator;
  }
  auto loaded = load_network(model, choice);
  return make_generator(loaded.net, loaded.info);
}

}  // namespace dcgan
