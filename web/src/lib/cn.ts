import { clsx } from "clsx";

/** Joins class names; what is falsy is left out. */
export const cn = clsx;
