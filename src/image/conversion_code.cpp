#include "image/conversion_code.hpp"

namespace dcgan {
namespace {

using std::string;

/// Whatever Pillow opens, upright.
const string kByPillow =
    "import sys;from PIL import Image,ImageOps;ImageOps.exif_transpose(Image.open(sys.argv[1])).save(sys.argv[2])";

/// b: the file.
const string kBytes = "import sys;b=open(sys.argv[1],\"rb\").read();";
const string kWithNumpy = "import numpy as n;from PIL import Image;e=None;";

/// r(v): numbers to 0..1, where nothing says which is white. What lies within 0..1 or 0..255 is taken for that, the
/// rest from its lowest to its highest; infinities become the nearest of these.
const string kRange =
    "q=lambda f:(0,1) if f.min()>=0 and f.max()<=1 else (0,255) if f.min()>=0 and f.max()<=255 else (f.min(),f.max());"
    "r=lambda v:(lambda l,h:(n.nan_to_num(v,nan=l,posinf=h,neginf=l)-l)/((h-l) or 1))"
    "(*q(v[n.isfinite(v)] if n.isfinite(v).any() else n.zeros(1)));";

/// Writes o, [height, width, samples] of 0..1, with the EXIF e.
const string kSave =
    "o=n.rint(n.clip(o,0,1)*255).astype(\"u1\");"
    "Image.fromarray(o[...,0] if o.shape[2]==1 else o).save(sys.argv[2],exif=e)";

/// p: the first picture of a TIFF; its orientation becomes that of the PNG.
const string kTiff =
    "import tifffile;p=tifffile.TiffFile(sys.argv[1]).pages[0];"
    "e=Image.Exif();e[274]=p.tags.valueof(274,default=1);";
/// a: its numbers, [height, width, samples].
const string kTiffSamples =
    "a=p.asarray();a=n.moveaxis(a,0,-1) if p.axes[0]==\"S\" else a;a=a.reshape(p.imagelength,p.imagewidth,-1);";

/// Unsigned numbers have a white; of those in 32 or 64 bits many programs use few. Then inks and light from ink become
/// colours; alpha that is multiplied in is taken out.
string tiff_numbers() {
  return "import sys;" + kWithNumpy + kRange + kTiff + kTiffSamples +
         "u=a.dtype.kind;a=abs(a) if u==\"c\" else a;m=2**p.bitspersample-1;"
         "m=m if m<65536 else next((w for w in(255,65535,m) if w//256<a.max()<=w),0);"
         "c={2:3,5:4,6:3}.get(int(p.photometric),1);x=[int(i) for i in p.extrasamples];"
         "k=[c+i for i,s in enumerate(x) if s in(1,2)][:1] or ([3] if c==3 and a.shape[2]==4 and not x else []);"
         "t=lambda v:v/m if m and u in\"ub\" else r(v.astype(float));o=t(a[...,:c]);z=t(a[...,k]);"
         "o=o/n.where(z>0,z,1) if k and x and x[k[0]-c]==1 else o;"
         "o=1-o if p.photometric==0 else (1-o[...,:3])*(1-o[...,3:]) if c==4 else o;"
         "o=n.dstack([n.repeat(o,3,2) if k and o.shape[2]==1 else o,z]);" +
         kSave;
}

/// CIE L*a*b* of the white of print (D50) to sRGB, whose white is D65: IEC 61966-2-1, Bradford's adaptation. TIFF 6.0,
/// section 23: a and b have signs in CIELab (8), and lie around the middle in ICCLab (9).
string tiff_lab() {
  return "import sys;" + kWithNumpy + kTiff + kTiffSamples +
         "w=2**p.bitspersample;y=int(p.photometric)==8;a=a[...,:3].astype(float)%w;g=a[...,1:]*256/w;"
         "g=n.where(g>=128,g-256,g) if y else g-128;f=(a[...,0]/(w-1 if y or w==256 else 65280)*100+16)/116;"
         "v=n.stack([f+g[...,0]/500,f,f-g[...,1]/200],-1);"
         "v=n.where(v>6/29,v**3,(v-4/29)*108/841)*[.9642,1,.8249];"
         "v=v@n.array([[3.1338561,-.9787684,.0719453],[-1.6168667,1.9161415,-.2289914],[-.4906146,.033454,1.4052427]]);"
         "o=n.where(v>.0031308,1.055*n.clip(v,0,None)**(1/2.4)-.055,12.92*v);" +
         kSave;
}

/// Bit by bit, the highest first (TIFF 6.0, FillOrder); 5-6-5 is a word of 16 bits in the order of the file's bytes.
string tiff_odd_depths() {
  return kBytes + kWithNumpy + kTiff +
         "s=p.bitspersample;w=p.imagewidth;h=p.imagelength;"
         "assert p.planarconfig==1 and p.predictor==1 and not p.is_tiled;"
         "d=[b[i:i+j] for i,j in zip(p.dataoffsets,p.databytecounts)];"
         "d=b\"\".join(tifffile.TIFF.DECOMPRESSORS[p.compression](i) if p.compression>1 else i for i in d);"
         "d=n.frombuffer(d,\"<u2\").byteswap().tobytes() if s==(5,6,5) and p.parent.byteorder==\"<\" else d;"
         "u=n.unpackbits(n.frombuffer(d,\"u1\")).reshape(h,-1)[:,:w*sum(s)].reshape(h,w,-1);"
         "o=n.stack([v@(1<<n.arange(v.shape[2])[::-1])/(2**v.shape[2]-1) for v in n.split(u,n.cumsum(s)[:-1],2)],-1);" +
         kSave;
}

/// f(i): the precision that the frame header of a JPEG tells, from its marker at i on. ITU T.81, annex B.
string precision_of(const string& frames) {
  return "f=lambda i:b[i+4] if b[i+1] in(" + frames + ",) else f(i+2+b[i+2]*256+b[i+3]);";
}

string deep_jpeg() {
  return kBytes + kWithNumpy + "import imagecodecs;" + precision_of("192,193,194,195,201,202") +
         "k=b.find(b\"Exif\\0\\0\");e=Image.Exif();k>0 and e.load(b[k:k+65527]);"
         "o=imagecodecs.jpeg_decode(b)/(2**f(2)-1);o=o.reshape(*o.shape[:2],-1);" +
         kSave;
}

string jpeg_ls() {
  return kBytes + kWithNumpy + "import imagecodecs;" + precision_of("247") +
         "o=imagecodecs.jpegls_decode(b)/(2**f(2)-1);o=o.reshape(*o.shape[:2],-1);" + kSave;
}

/// Whole numbers by their type; those in floating point are 0..1.
string by_imagecodecs(const string& codec) {
  return kBytes + kWithNumpy + "import imagecodecs;a=imagecodecs." + codec +
         "_decode(b);o=a.reshape(*a.shape[:2],-1)/(n.iinfo(a.dtype).max if a.dtype.kind==\"u\" else 1);"
         "o=n.dstack([o[...,:1]]*3+[o[...,1:]]) if o.shape[2]==2 else o;" +
         kSave;
}

/// A line of its kind, one of its size, one whose sign tells the order of bytes; rows from the bottom.
string pfm() {
  return "import sys;" + kWithNumpy + kRange +
         "b=open(sys.argv[1],\"rb\");b.readline();w,h=map(int,b.readline().split());s=float(b.readline());"
         "o=r(n.frombuffer(b.read(),\"<f4\" if s<0 else \">f4\").reshape(h,w,-1)[::-1].astype(float));" +
         kSave;
}

/// Cards of 80 letters, blocks of 2880 bytes; rows from the bottom, the planes of three colours one after another.
string fits() {
  return kBytes + kWithNumpy + kRange +
         "i=next(i for i in range(0,len(b),80) if b[i:i+8]==b\"END     \");"
         "c={b[j:j+8].strip():b[j+10:j+80].split(b\"/\")[0].strip() for j in range(0,i,80)};"
         "g=lambda k,d:float(c.get(k,d));t=int(g(b\"BITPIX\",8));d=[int(g(b\"NAXIS%d\"%k,1)) for k in(3,2,1)];"
         "d[0]=3 if d[0]==3 else 1;m={8:\"u1\",16:\">i2\",32:\">i4\",64:\">i8\",-32:\">f4\",-64:\">f8\"}[t];"
         "a=n.frombuffer(b,m,d[0]*d[1]*d[2],(i//2880+1)*2880)*g(b\"BSCALE\",1)+g(b\"BZERO\",0);"
         "a=a.reshape(d)[:,::-1].transpose(1,2,0);o=a/255 if t==8 else r(a);" +
         kSave;
}

}  // namespace

string python_code(Converter by) {
  using enum Converter;
  switch (by) {
    case kAvif:
    case kIcon:
    case kQoi:
    case kDds:
      return kByPillow;
    case kJpegXl:
      return by_imagecodecs("jpegxl");
    case kJpegXr:
      return by_imagecodecs("jpegxr");
    case kJpegLs:
      return jpeg_ls();
    case kDeepJpeg:
      return deep_jpeg();
    case kJpegInBmp:
    case kPngInBmp:
      return kBytes + "o=b[int.from_bytes(b[10:14],\"little\"):];assert o;open(sys.argv[2],\"wb\").write(o)";
    case kBitmapArray:  // its first, whose pixels are counted from where the array begins
      return kBytes +
             "assert "
             "b[:2]==b\"BA\";i=int.from_bytes(b[24:28],\"little\")-14;o=b[14:24]+i.to_bytes(4,\"little\")+b[28:];"
             "open(sys.argv[2],\"wb\").write(o)";
    case kPfm:
      return pfm();
    case kFits:
      return fits();
    case kTiffNumbers:
    case kTiffUnknownWhite:
      return tiff_numbers();
    case kTiffLab:
      return tiff_lab();
    case kTiffOddDepths:
      return tiff_odd_depths();
    default:
      return "";
  }
}

}  // namespace dcgan
