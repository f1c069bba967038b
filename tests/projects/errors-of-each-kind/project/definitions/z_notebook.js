notebook({ filename: "nowhere.ipynb" });
