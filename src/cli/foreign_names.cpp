#include "cli/foreign_names.hpp"

namespace dcgan {

const std::map<std::string, std::string>& foreign_flags() {
  static const std::map<std::string, std::string> flags = {
      {"nz", "--latent"},
      {"ngf", "--base-channels-g"},
      {"ndf", "--base-channels-d"},
      {"batchsize", "--batch"},
      {"batch-size", "--batch"},
      {"imagesize", "--size"},
      {"image-size", "--size"},
      {"resolution", "--size"},
      {"niter", "--epochs"},
      {"num-train-steps", "--images, which counts images instead of steps: steps x batch"},
      {"steps", "--images, which counts images instead of steps: steps x batch"},
      {"iterations", "--images, which counts images instead of steps: steps x batch"},
      {"outf", "--run DIR"},
      {"outdir", "--run DIR, or --out FILE where one file is written"},
      {"o", "--out"},
      {"output", "--out"},
      {"n", "--count"},
      {"num", "--count"},
      {"num-images", "--count"},
      {"seeds", "--seed N, with --count for more than one image"},
      {"trunc", "--truncate"},
      {"network", "the plain argument MODEL: `dcgan sample MODEL --out samples.png`"},
      {"ckpt", "the plain argument MODEL: `dcgan sample MODEL --out samples.png`"},
      {"dataroot", "the plain argument DATA: `dcgan train DATA`"},
      {"dataset", "the plain argument DATA: `dcgan train DATA`"},
      {"data", "the plain argument DATA: `dcgan train DATA`"},
      {"kimg", "--images, with a suffix: --kimg 500 is --images 500k"},
      {"gpus", "--device cuda (one GPU)"},
      {"gpu", "--device cuda"},
      {"cfg", "--config FILE.json, or single options"},
      {"cond", "--conditional"},
      {"mirror", "--flip"},
      {"gamma", "--r1, the weight of the penalty on D's gradient"},
      {"aug", "--augment"},
      {"snap", "--checkpoint-every, in images"},
      {"manualseed", "--seed"},
      {"workers", "--threads"},
      {"learning-rate", "--lr"},
      {"cuda", "--device cuda"},
      {"fid", "a verb, which prints it always: `dcgan eval MODEL`"},
      {"kid", "a verb, which prints it always: `dcgan eval MODEL`"},
      {"metrics", "a verb, which prints all of them: `dcgan eval MODEL`"}};
  return flags;
}

const std::map<std::string, std::string>& gone_flags() {
  static const std::string study =
      "whether the images help to learn, `dcgan_study` says, with the same options but --study: `cmake --build "
      "build/release --target dcgan_study` makes it, experiments/README.md tells more";
  static const std::map<std::string, std::string> flags = {
      {"synthesize study", study}, {"synthesize draws", study}, {"synthesize few", study}};
  return flags;
}

const std::map<std::string, std::string>& foreign_verbs() {
  static const std::map<std::string, std::string> verbs = {
      {"generate", "`dcgan sample MODEL --out samples.png` draws images"},
      {"test", "`dcgan sample MODEL --out samples.png` draws images, `dcgan eval MODEL --data PHOTOS/` measures them"},
      {"predict", "`dcgan sample MODEL --out samples.png` draws images"},
      {"infer", "`dcgan sample MODEL --out samples.png` draws images"},
      {"evaluate", "`dcgan eval MODEL --data PHOTOS/` measures a model's images"},
      {"fid", "`dcgan eval MODEL --data PHOTOS/` measures a model's images"},
      {"resume", "`dcgan train --resume RUN` goes on with a run"},
      {"continue", "`dcgan train --resume RUN` goes on with a run"},
      {"convert",
       "`dcgan export MODEL --out FILE` writes other formats, `dcgan import FILE --out imported.ckpt` reads them"},
      {"help", "`dcgan --help` lists the verbs, `dcgan VERB --help` tells more of one"},
      {"version", "`dcgan --version` prints it"},
      {"info", "`dcgan inspect PATH` says what something is"},
      {"check", "`dcgan doctor PHOTOS/` checks a data set"},
      {"list", "`dcgan inspect PATH` says what something is, `dcgan serve runs/` shows all runs"}};
  return verbs;
}

}  // namespace dcgan
