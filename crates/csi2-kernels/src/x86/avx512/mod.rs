//! Bodies for CPUs as of Ice Lake: AVX-512 with VBMI, VBMI2, GFNI and VPCLMULQDQ.
