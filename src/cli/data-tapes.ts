/** The data folder: what was downloaded, and the tapes made of it. */

/** Where downloads and their tapes are kept, below the working directory. */
export const DATA_FOLDER = 'data'
